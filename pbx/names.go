package pbx

// NameCleaner says what the PBX would make of a guest's name.
type NameCleaner interface {
	// CleanName gives the name as [ExtensionSetter] would set and read it, and
	// the characters that it loses, in their order. It may come out empty; then
	// the extension's number is set.
	CleanName(name string) (clean, lost string)
}
