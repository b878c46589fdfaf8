package api

import "net/http"

// BackupOrder wants a backup that leaves the box.
type BackupOrder struct {
	To string `json:"to,omitempty"` // empty: where the config says
}

// BackupOrdered says that it is being made; GET tells when it is done.
type BackupOrdered struct {
	Number uint64 `json:"number"`
}

func (s *server) orderBackup(w http.ResponseWriter, r *http.Request) {
	var order BackupOrder
	if err := read(r, &order); err != nil {
		fail(w, err)
		return
	}
	number, err := s.agent.OrderBackup(order.To)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, BackupOrdered{number})
}

func (s *server) backup(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Backup()) }
