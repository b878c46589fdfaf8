#!/bin/sh
# Makes what the tests compare: plucked strings, which come so suddenly that
# encoders switch to short blocks, encoded by lame and decoded by it again.
# Once made they are kept, since programs change. On Debian 12:
# apt-get install sox lame
set -e
pluck() { sox -V1 -R -D -n -r "$1" -c "$2" -b 16 -t wav - synth 0.1 pluck C4 pluck E5 gain -6 repeat 1; }
both() { # name, then what lame is told
	name=$1; shift
	lame --quiet "$@" - - > "$name.mp3"
	lame --quiet --mp3input --decode - - < "$name.mp3" > "$name.wav"
}
pluck 44100 2 | both 44100-joint -b 128 -m j
pluck 48000 1 | both 48000-vbr -V 4
pluck 32000 2 | both 32000-checksum -b 96 -m s -p
pluck 24000 1 | both 24000-mono -b 48
pluck 22050 2 | both 22050-joint -b 64 -m j
pluck 16000 1 | both 16000-mono -b 32
pluck 11025 1 | both 11025-mono -b 24
pluck 8000 2 | both 8000-joint -b 32 -m j
