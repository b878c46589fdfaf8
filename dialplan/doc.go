// Package dialplan makes the dialogues that a hotel's phones have, as an
// extensions_support.conf for the PBX's Asterisk, and reads such files.
//
// [Services] says what the hotel offers; [Services.Render] writes it as one
// marked block. [Merge] puts the block into the file that is there without
// changing one byte of what others wrote, or says why it cannot; [Remove]
// takes it out again. [Check] finds what is known to go wrong in such files,
// and [Services.Conflicts] what on the PBX is in the way of a code.
//
// What the dialplan sends is what [hotel.Services.ParseDigits] reads, nothing
// else. What it plays is [Services.Prompts]; this package holds no sounds.
//
// # The shape of the block
//
// In the context that phones' calls run in it has the dialled numbers alone,
// each a Goto into a context that nobody includes. So no h, i, t or
// label of ours is ever reached by another call, and no key that is pressed
// here is looked up among the numbers that a phone may dial: keys are
// collected by Read, never by Background or WaitExten. Each dialogue answers,
// asks at most three times, sends its event before it announces anything, and
// hangs up. Applications and functions are those that Asterisk 1.8 to 22 have
// in common: Gosub, not Macro.
package dialplan
