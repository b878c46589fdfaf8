package site

const checkMail = "mail"

// mail: are people written to?
func (f *Facts) mail() Finding {
	host := f.Config.Mail.Host
	switch {
	case host == "":
		return find(checkMail, Skipped, "none")
	case f.MailMissing:
		return find(checkMail, Failed, "missing")
	case !f.Running:
		return find(checkMail, Unknown, "no-agent")
	case f.MailFailed.After(f.MailSent):
		sent := "-"
		if !f.MailSent.IsZero() {
			sent = f.at(f.MailSent)
		}
		return find(checkMail, Failed, "failed", "host", host, "at", f.at(f.MailFailed), "error", f.MailError, "sent", sent)
	case f.MailSent.IsZero():
		return find(checkMail, Unknown, "unused", "host", host)
	}
	return find(checkMail, OK, "ok", "host", host, "at", f.at(f.MailSent))
}
