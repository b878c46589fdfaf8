package yeastar

// learned is what a PBX has shown of itself. It is forgotten with the login:
// the next may meet another firmware.
type learned struct {
	missing map[string]bool // endpoints that it does not have
	forms   map[string]form // in which form it takes an alarm, by endpoint
}

// form says whether a PBX takes what the manual of its API shows.
type form int

const (
	formUnknown form = iota
	formManual
	formOther
)

func (s *Session) lacks(endpoint string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.learned.missing[endpoint]
}

func (s *Session) noteMissing(endpoint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.learned.missing == nil {
		s.learned.missing = map[string]bool{}
	}
	s.learned.missing[endpoint] = true
	s.standing.lack(endpoint)
}

func (s *Session) formOf(endpoint string) form {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.learned.forms[endpoint]
}

func (s *Session) noteForm(endpoint string, f form) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.learned.forms == nil {
		s.learned.forms = map[string]form{}
	}
	s.learned.forms[endpoint] = f
}
