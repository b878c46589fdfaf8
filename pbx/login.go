package pbx

import "time"

// Login is how our login at a PBX stands.
type Login struct {
	// Problem says why there is none, or why the newest call was of no avail;
	// Error is the same at length, without secrets.
	Problem LoginProblem `json:"problem,omitempty"`
	Error   string       `json:"error,omitempty"`
	Since   time.Time    `json:"since,omitzero"` // of the newest login that was taken
	// Again is when the next login may be tried, where the PBX, or care not to
	// be locked out by it, lets us wait; zero: at once, or not by itself.
	Again time.Time `json:"again,omitzero"`
	// Way is how the PBX says that it delivers its reports: "http" or "tcp";
	// empty: it has not said.
	Way string `json:"way,omitempty"`
	// Lost are the times at which the PBX did not know a login any more that
	// had not run out, the newest of them: it was started anew, or another
	// program has logged in.
	Lost []time.Time `json:"lost,omitempty"`
	// Lacks are the requests that this model has refused as unknown.
	Lacks []string `json:"lacks,omitempty"`
}

// LoginProblem is why we are not let in.
type LoginProblem string

// The problems. Those up to LoginPaused come before anything is sent.
const (
	LoginNoPassword  LoginProblem = "no-password"         // there is none to log in with
	LoginUntrusted   LoginProblem = "untrusted"           // nobody has agreed to the certificate
	LoginStopped     LoginProblem = "stopped"             // wrong so often that a person must act
	LoginPaused      LoginProblem = "paused"              // too many tries just now
	LoginPassword    LoginProblem = "password"            // user name or password is wrong
	LoginLocked      LoginProblem = "locked"              // our address is locked
	LoginCertificate LoginProblem = "certificate-changed" // not the one that was agreed to
	LoginNoHost      LoginProblem = "no-host"             // the name has no address
	LoginRefused     LoginProblem = "refused"             // nothing listens at that port
	LoginSilent      LoginProblem = "silent"              // no answer in time
	LoginNotTLS      LoginProblem = "not-tls"             // plain HTTP where https was expected
	LoginNoAPI       LoginProblem = "no-api"              // something else answers there
	LoginAPIOff      LoginProblem = "api-off"             // the PBX answers that its API does not run
	LoginOther       LoginProblem = "other"
)

// LoginTeller says how the login stands, without blocking.
type LoginTeller interface {
	Login() Login
}
