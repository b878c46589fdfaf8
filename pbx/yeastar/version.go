package yeastar

// Version is the version of the API that a PBX is spoken to in.
type Version string

// The versions that there are vendor's examples of.
const (
	V2 Version = "2.0.0"
	V1 Version = "1.1.0"
)

// api is the version in use; V2 unless the session says otherwise.
func (s *Session) api() Version {
	if s.API == "" {
		return V2
	}
	return s.API
}

// old tells whether the PBX has the names of API 1.
func (s *Session) old() bool { return s.api() == V1 }

// reports is the format in which the PBX is to push its reports: the newest
// that goes with the API. Asked for with login and each heartbeat.
func (s *Session) reports() string {
	if s.old() {
		return "1.0.2"
	}
	return "2.0.0"
}

// params are the parameters of a call.
type params map[string]any

// extension names one extension, or several separated by commas.
func (s *Session) extension(numbers string) params {
	if s.old() {
		return params{"extid": numbers}
	}
	return params{"number": numbers}
}
