package pinyin

import "strings"

// compounds are the surnames of two characters that guests still have, in both
// scripts. Those that could as well be a whole name, such as 梁丘, are left out.
const compounds = "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 " +
	"慕容 令狐 司徒 夏侯 轩辕 軒轅 宇文 长孙 長孫 鲜于 鮮于 闾丘 閭丘 钟离 鍾離 鐘離 " +
	"端木 南宫 南宮 呼延 百里 东郭 東郭 西门 西門 独孤 獨孤 申屠 淳于 澹台 澹臺 万俟 萬俟 " +
	"闻人 聞人 赫连 赫連 濮阳 濮陽 太史 太叔 公冶 公羊 公西 宗政 仲孙 仲孫 亓官 司空 司寇 " +
	"巫马 巫馬 颛孙 顓孫 漆雕 乐正 樂正 拓跋 左丘 完颜 完顏 耶律 纳兰 納蘭 第五"

// surnameOf gives how many of the first characters are the surname: 1, or 2.
func surnameOf(run []rune) int {
	if len(run) > 1 && strings.Contains(compounds, string(run[:2])) {
		return 2
	}
	return 1
}

// inSurname gives how a character is read in a surname of so many characters
// where that differs from its commonest reading; empty: it does not.
func inSurname(r rune, characters int) string {
	if characters > 1 {
		return inCompound(r)
	}
	switch r {
	case '曾':
		return "zeng"
	case '单', '單':
		return "shan"
	case '解':
		return "xie"
	case '仇':
		return "qiu"
	case '查':
		return "zha"
	case '区', '區':
		return "ou"
	case '朴':
		return "piao"
	case '乐', '樂':
		return "yue"
	case '覃': // tan for some; in Guangxi, where most of them live, qin
		return "qin"
	case '盖', '蓋':
		return "ge"
	case '缪', '繆':
		return "miao"
	case '折':
		return "she"
	case '种':
		return "chong"
	case '召':
		return "shao"
	case '员', '員':
		return "yun"
	case '秘':
		return "bi"
	case '繁':
		return "po"
	case '祭':
		return "zhai"
	case '黑':
		return "he"
	case '句':
		return "gou"
	case '重':
		return "chong"
	case '洗':
		return "xian"
	case '么':
		return "yao"
	case '能', '佴':
		return "nai"
	case '乜':
		return "nie"
	case '粘':
		return "nian"
	case '郇':
		return "xun"
	}
	return ""
}

func inCompound(r rune) string {
	switch r {
	case '尉':
		return "yu"
	case '长', '長':
		return "zhang"
	case '万', '萬':
		return "mo"
	case '俟':
		return "qi"
	case '澹':
		return "tan"
	case '乐', '樂':
		return "yue"
	}
	return ""
}
