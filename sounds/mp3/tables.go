package mp3

// The numbers of this file are the standard's own: ISO/IEC 11172-3, annex B,
// and ISO/IEC 13818-3; those for the lowest rates are what encoders of MPEG 2.5
// agreed on.

// codes are the Huffman codes of table B.7, each as its words from the one of
// zeros to the one of ones: the length, as a digit of base 36, and the two
// values. That order and the lengths give the words themselves.
var codes = map[int]string{
	1: "311301210100",
	2: "622602512521520311301310100",
	3: "622602512521520310211201200",
	5: "833823732631713703730722612621602620311301310100",
	6: "733703623632630513531522502412421420301211310300",
	7: "a55a45a54a53935944925952815851905934850943933824842714741740804823832803713731730722612521602620411301" +
		"310100",
	8: "b55b54a45953a35a44925952905815851934943950933824842814741804840823832813831803830622602620412421211301" +
		"310200",
	9: "955945835853954905844825852815751734743850804724742733740614641623632513531603630522502412421420311301" +
		"310300",
	10: "b77b67b76b57b75b66a47a74a56a65a37a73a46b55b54a63927972a64a07970962a45a35906a53a44817871936926a25a52915" +
		"951a34a43816861860905950924942933904814841840823832803713731730722612621602620411301310100",
	11: "a77a67a76a75a66a47a74b57b55a56a65937973946a45a54a35a53827872964907771817870836863860944925952905815762" +
		"826806716761851834850943933824842814841804840723732613631703730622521412502520311301310200",
	12: "a77a67976957975966947974965856837973955827872846864817871907970836863845854844906905726762761816860835" +
		"853825852715751734743850804724742714633641623632740703630513531522412421502520400311301310",
	13: "jfejfcifdhedgffgefgdfgeegcfgdegbfgfbgcegdchafhe9fecfddgfagcdfbefebf9fff9feafbdfdbf8fff8fccgaeg9ef8eg7f" +
		"g7eef7edafadfbcfcbff6e6fee8e5fe9ded9ef5ee7eacebbe4fef4fcafe6ef3d3fe8ded8d2fdf2e6ee9cd0fec9e5edabe7ded7" +
		"d4eec8ed6d3edb9e9beaac1fcf1cf0dbade5de4d8cd6dde3ce2d2ed0ec1ece1de0d5ddd5d7cdc7d4dd8bdb8dd4d9ada9d6ccc6" +
		"c3ddd3d7bc2dcd2c1dcb7d5cdc5d99d7acc3da7d97c4bbd1c0dcd0c8aca8c4ccc4c6bcb6b3cb2cbc2b5bcb5c89b1cbc1c98c0c" +
		"bc0cb4c6aca6c79b3bbb3c88c5ab2bca5c69ba4c78c87b94c77c76ab2a1bab1b0bbb0b96b4ab3aba3b59b95a2aaa2a1aaa1b0a" +
		"b68aa0b86b49a93b39b58b85b67a29a92b57b75a38a83b66b47b74b56b65b73919991a09a90a48a84a72b46b64928982918a37" +
		"a27917971a55a07a70a36a63a45a54a26a62a35881908980916961906960a53a44925952905815851934943950924942933814" +
		"741804840823832713731703730722612621602620411401310100",
	15: "dffdefdfeddfceedfddcfdfcddededdbfcfbdcedeccddcafcfacbecebccdcdcc9fcf9ceacbdcdbc8fcf8cccc9ece9c7fcf7cad" +
		"cdacbcc6fdaed0fbcbbf6c8ece8c5fc9dbf5b7ebe7bacbcabbbcd9c8db4fbf4b3fbf3bd8be6b2fbf2c6ecf0b1fbf1b9cbc9b5e" +
		"babbbabe5b7dbd7b4ebe4b8cbc8b3eb6dbd6be3b9bbb9b2ebaabe2b1ebe1c0ece0b5dbd5b7cbc7b4db8bad4bb8b9aba9b6cbc6" +
		"b3dad3ad2b2db0da1da7bab7ad1b5cbd0ac5a8aaa8a4cac4a6bab6b99b0ca3cac3a7aaa7aa6bc0b0b9c2a2ca5bab5a1ca89a98" +
		"ac1a4bab4a6aa3ba799b3a97a88a2ba5a9b2aa5a1b9b1ab0a69a96a4aaa4a78a87a3a9a395999592a9a291a9a1a0aaa0968986" +
		"949994939993a77a09958985929967976992891919990948984957975938983966947828882818881974908980956965937973" +
		"946827872864817855871907970836863845854826862816906960835761853844725752715751805850734743724742733641" +
		"714704623632740703613631630522512521502520311401410300",
	16: "befbfebdfbfdbcfbfcbbfbfbaafbfab9fbf9bf8a8fa7faf7a6faf68ffa5faf594f9f49f39f0a3fgcehechddfdefe9geagd9eee" +
		"fedfebebeecdfdcfdbeaeeccfadfdaf7efacecafc9f7de5edbd8f292f90f81f8f1d9eebcecbe8eee8e9dee7ebbe8ded8e6ede6" +
		"d9ceabebaee5ed7d4eee4e8cdc8d3ed6ded6e9beb9eaade1dd4eb8ea9d7beb7ed0ce3d0ede0d5ddd5d7cdc7d4dd8bd9ad6cdc6" +
		"d3dd5cdc5c0dd8ada8d99d4cdb6d7ac3cd5bd89c1ccc0d98d79be2c2ec1ecd3c2dcd2cd1c3bd97d88b1dcc4c6bcc3ca7b2ccc2" +
		"cb5cc1c0cc4bcb4c6aca6bb3c5aca5b2bbb2b1bbb1c0bcb0c69c96c4aca4c78c87ba3c3ac59b2ac95c68ba1c86c77b94c49c57" +
		"b67aa2a1ab0aba0b39b93b58b85a29a92b76b09a19a91b90b48b84b75b38b83b66b28a82b47b74a18a81a80b08b56a37a73b65" +
		"b46a27a72b64b55a07917971a70a36a63a45a54a26962916961a06a60953a35a44925952851915905934943950924942933814" +
		"841904940823832713731803830722612621602620411401310100",
	24: "8ef8fe8df8fd8cf8fc8bf8fb7fa8af89f7f97f888f87f7f776f7f675f7f574f7f473f7f372f7f27f181f8f090fbeebdebedbce" +
		"becbddbbebebbcdbdcbaebeabbdbdbbccb9ebe9badbdabbcbcbb8ebe8b9dbd9b7ebe7bac4ffbcabbbb8dbd8c0ece0b0dae6b6e" +
		"b9cac9a5eabaae5babb7dad7ae4a8cac8b4eb2ea3ea6dad6ae3a9bab9aaaae2a1eae1a5dad5a7cac7a4da8bab8ad4a9aaa9a6c" +
		"ac6a3dad3a2dad2a1da7bab7ad1a5cac5a8aaa8a99a4cac4a6bab6bd0b0ca3cac3a7aaa7a2cac2a5bab5a1ca89a98ac1a4bbc0" +
		"b0ba3bbb0b0aa1a9b4a6aaa6a79a97ba0b09a909b3988a2ba5a9b2aa5a1bab1a699969a4a4aa7898793a9a395999592a9a29a1" +
		"968986977949994939993958985929967976992919991948984957975938983966928982918947974981a08a80956965917a07" +
		"a70873937927872846864855871836863845854826862816861906960835853844825852815905950751834843724742733714" +
		"741804840723732613631703730622512521602620411401410400",
	quads: "60b60f60d60e60760550950650350a50c402401404408100",
}

// quads is the code of the small values, four at a time, of which each is a
// bit of the two digits.
const quads = 32

// pairCodes says which code each of the 32 that a file can name is, and how
// many bits follow a value of 15; 0 is none.
var pairCodes = [32]struct{ code, more int }{
	{}, {1, 0}, {2, 0}, {3, 0}, {}, {5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}, {10, 0}, {11, 0}, {12, 0}, {13, 0}, {}, {15, 0},
	{16, 1}, {16, 2}, {16, 3}, {16, 4}, {16, 6}, {16, 8}, {16, 10}, {16, 13},
	{24, 4}, {24, 5}, {24, 6}, {24, 7}, {24, 8}, {24, 9}, {24, 11}, {24, 13},
}

// bands are where the scale factor bands begin: of long blocks, and of each of
// the three short ones in their place.
type bands struct {
	long  [23]int
	short [14]int
}

// bandsOf is by version (1, 2, 2.5) and the rate's place in the header.
var bandsOf = [3][3]bands{
	{
		{[23]int{0, 4, 8, 12, 16, 20, 24, 30, 36, 44, 52, 62, 74, 90, 110, 134, 162, 196, 238, 288, 342, 418, 576}, [14]int{0, 4, 8, 12, 16, 22, 30, 40, 52, 66, 84, 106, 136, 192}},
		{[23]int{0, 4, 8, 12, 16, 20, 24, 30, 36, 42, 50, 60, 72, 88, 106, 128, 156, 190, 230, 276, 330, 384, 576}, [14]int{0, 4, 8, 12, 16, 22, 28, 38, 50, 64, 80, 100, 126, 192}},
		{[23]int{0, 4, 8, 12, 16, 20, 24, 30, 36, 44, 54, 66, 82, 102, 126, 156, 194, 240, 296, 364, 448, 550, 576}, [14]int{0, 4, 8, 12, 16, 22, 30, 42, 58, 78, 104, 138, 180, 192}},
	},
	{
		{low, [14]int{0, 4, 8, 12, 18, 24, 32, 42, 56, 74, 100, 132, 174, 192}},
		{[23]int{0, 6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 114, 136, 162, 194, 232, 278, 332, 394, 464, 540, 576}, [14]int{0, 4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 136, 180, 192}},
		{low, lowShort},
	},
	{
		{low, lowShort},
		{low, lowShort},
		{[23]int{0, 12, 24, 36, 48, 60, 72, 88, 108, 132, 160, 192, 232, 280, 336, 400, 476, 566, 568, 570, 572, 574, 576}, [14]int{0, 8, 16, 24, 36, 52, 72, 96, 124, 160, 162, 164, 166, 192}},
	},
}

// low are the bands that most of the low rates have.
var (
	low      = [23]int{0, 6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576}
	lowShort = [14]int{0, 4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 134, 174, 192}
)

// ratesOf and bitratesOf are by version, and by the header's field. Bitrates
// are in 1000 bits a second.
var (
	ratesOf    = [3][3]int{{44100, 48000, 32000}, {22050, 24000, 16000}, {11025, 12000, 8000}}
	bitratesOf = [3][15]int{
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	}
)

// scaleBits are how many bits the scale factors of MPEG 1 have, those of the
// lower bands and those of the upper.
var scaleBits = [16][2]int{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {3, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 1}, {2, 2}, {2, 3}, {3, 1}, {3, 2}, {3, 3}, {4, 2}, {4, 3}}

// scaleParts are how many scale factors each of four groups has in MPEG 2: by
// the way that they are packed, and by the blocks: long, short, mixed.
var scaleParts = [6][3][4]int{
	{{6, 5, 5, 5}, {9, 9, 9, 9}, {6, 9, 9, 9}},
	{{6, 5, 7, 3}, {9, 9, 12, 6}, {6, 9, 12, 6}},
	{{11, 10, 0, 0}, {18, 18, 0, 0}, {15, 18, 0, 0}},
	{{7, 7, 7, 0}, {12, 12, 12, 0}, {6, 15, 12, 0}},
	{{6, 6, 6, 3}, {12, 9, 9, 6}, {6, 12, 9, 6}},
	{{8, 8, 5, 0}, {15, 12, 9, 0}, {6, 18, 9, 0}},
}

// lift is what the flag "preflag" adds to the scale factors of the upper bands.
var lift = [22]int{11: 1, 1, 1, 1, 2, 2, 3, 3, 3, 2, 0}

// window is the first half and the middle of the synthesis window of table
// B.3, in 65536ths; the rest mirrors it, with the other sign but at every 64th.
var window = [257]int32{
	0, -1, -1, -1, -1, -1, -1, -2, -2, -2, -2, -3, -3, -4, -4, -5,
	-5, -6, -7, -7, -8, -9, -10, -11, -13, -14, -16, -17, -19, -21, -24, -26,
	-29, -31, -35, -38, -41, -45, -49, -53, -58, -63, -68, -73, -79, -85, -91, -97,
	-104, -111, -117, -125, -132, -139, -147, -154, -161, -169, -176, -183, -190, -196, -202, -208,
	213, 218, 222, 225, 227, 228, 228, 227, 224, 221, 215, 208, 200, 189, 177, 163,
	146, 127, 106, 83, 57, 29, -2, -36, -72, -111, -153, -197, -244, -294, -347, -401,
	-459, -519, -581, -645, -711, -779, -848, -919, -991, -1064, -1137, -1210, -1283, -1356, -1428, -1498,
	-1567, -1634, -1698, -1759, -1817, -1870, -1919, -1962, -2001, -2032, -2057, -2075, -2085, -2087, -2080, -2063,
	2037, 2000, 1952, 1893, 1822, 1739, 1644, 1535, 1414, 1280, 1131, 970, 794, 605, 402, 185,
	-45, -288, -545, -814, -1095, -1388, -1692, -2006, -2330, -2663, -3004, -3351, -3705, -4063, -4425, -4788,
	-5153, -5517, -5879, -6237, -6589, -6935, -7271, -7597, -7910, -8209, -8491, -8755, -8998, -9219, -9416, -9585,
	-9727, -9838, -9916, -9959, -9966, -9935, -9863, -9750, -9592, -9389, -9139, -8840, -8492, -8092, -7640, -7134,
	6574, 5959, 5288, 4561, 3776, 2935, 2037, 1082, 70, -998, -2122, -3300, -4533, -5818, -7154, -8540,
	-9975, -11455, -12980, -14548, -16155, -17799, -19478, -21189, -22929, -24694, -26482, -28289, -30112, -31947, -33791, -35640,
	-37489, -39336, -41176, -43006, -44821, -46617, -48390, -50137, -51853, -53534, -55178, -56778, -58333, -59838, -61289, -62684,
	-64019, -65290, -66494, -67629, -68692, -69679, -70590, -71420, -72169, -72835, -73415, -73908, -74313, -74630, -74856, -74992,
	75038,
}
