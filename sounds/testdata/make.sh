#!/bin/sh
# Makes the recordings that the tests read: half a second of a tone of 440 Hz
# at -12 dB, in each kind of file. Once made they are kept, since encoders
# change. On Debian 12: apt-get install sox lame flac vorbis-tools opus-tools
set -e
tone() { sox -V1 -R -D -n -r "$1" -c "$2" -b "$3" -t wav - synth 0.5 sine 440 gain -12 fade 0.01 0 0.01; }
tone 44100 2 16 | lame --quiet -b 128 - - > tone-44100-stereo.mp3
tone 22050 1 16 | lame --quiet -b 32 - - > tone-22050-mono.mp3
tone 8000 1 16 | lame --quiet -b 16 - - > tone-8000-mono.mp3
tone 24000 2 24 | flac --silent -8 --stdout - > tone-24000-stereo.flac
tone 48000 2 16 | oggenc --quiet -q 2 - > tone-48000-stereo.ogg
tone 8000 1 16 | oggenc --quiet -q 2 - > tone-8000-mono.ogg
tone 48000 2 16 | opusenc --quiet --music --bitrate 48 - - > tone-48000-stereo.opus
tone 16000 1 16 | opusenc --quiet --speech --bitrate 16 - - > tone-16000-mono.opus
tone 11025 1 16 > tone-11025-pipe.wav # its header does not know its length
