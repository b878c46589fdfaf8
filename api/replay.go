package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"bellhop/hotel"
)

// maxPast is how many events one answer holds for a replay.
const maxPast = 500

// replay answers what a replay of hooks needs. The client asks for one page after
// the other and runs the hooks itself.
func (s *server) replay(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/past", s.past)
	mux.HandleFunc("GET /v1/past/since", s.pastSince)
	mux.HandleFunc("GET /v1/past/now", s.pastNow)
}

// past answers the events behind the query's after, with what was read.
func (s *server) past(w http.ResponseWriter, r *http.Request) {
	after, err := numberOf(r, "after", 0)
	if err != nil {
		fail(w, err)
		return
	}
	most, err := numberOf(r, "limit", maxPast)
	if err != nil {
		fail(w, err)
		return
	}
	page, err := s.agent.Past(after, int(min(most, maxPast)))
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, page)
}

// pastSince answers behind which event those of the query's time begin.
func (s *server) pastSince(w http.ResponseWriter, r *http.Request) {
	at, err := time.Parse(time.RFC3339, r.URL.Query().Get("time"))
	if err != nil {
		fail(w, wrongRequest("time must be such as 2026-11-22T06:00:00Z"))
		return
	}
	before, err := s.agent.FirstSince(at)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, before)
}

// pastNow answers the record of the query's key as it is now, or those below its
// prefix: for hooks that read what they did not read then.
func (s *server) pastNow(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Has("prefix") {
		list(w, s.agent.Records(query.Get("prefix")), nil)
		return
	}
	all := []hotel.Record{}
	if record, found := s.agent.Record(query.Get("key")); found {
		all = append(all, record)
	}
	answer(w, all)
}

// Past asks for a page of events behind an id, for a replay of hooks.
func (c *Client) Past(ctx context.Context, after uint64, most int) (page hotel.PastPage, err error) {
	err = c.Get(ctx, "/v1/past?after="+strconv.FormatUint(after, 10)+"&limit="+strconv.Itoa(most), &page)
	return page, err
}

// PastSince asks behind which event those of a time begin.
func (c *Client) PastSince(ctx context.Context, at time.Time) (before uint64, err error) {
	err = c.Get(ctx, "/v1/past/since?time="+url.QueryEscape(at.UTC().Format(time.RFC3339)), &before)
	return before, err
}

// Now asks for the record of a key as it is now: a list of it, or an empty one.
func (c *Client) Now(ctx context.Context, key string) (all []hotel.Record, err error) {
	err = c.Get(ctx, "/v1/past/now?key="+url.QueryEscape(key), &all)
	return all, err
}

// NowBelow asks for the records below a prefix as they are now.
func (c *Client) NowBelow(ctx context.Context, prefix string) (all []hotel.Record, err error) {
	err = c.Get(ctx, "/v1/past/now?prefix="+url.QueryEscape(prefix), &all)
	return all, err
}
