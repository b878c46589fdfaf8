package luahooks

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"bellhop/hotel"
)

const asking = `bellhop.on("dtmf", function(event)
	local first, status = bellhop.http.get("http://rates.example/1")
	local second, why = bellhop.http.get("http://rates.example/2")
	bellhop.alert(tostring(first) .. " " .. tostring(status) .. " " .. tostring(second) .. " " .. tostring(why))
end)`

func rates(_ context.Context, url string) hotel.Answer {
	if url == "http://rates.example/1" {
		return hotel.Answer{Status: 200, Body: "7"}
	}
	return hotel.Answer{Error: "no route"}
}

func TestAnswersAreRecordedAndReplayed(t *testing.T) {
	s := mustLoad(t, Options{Get: rates}, map[string]string{"t.lua": asking})
	in := input(dialled("1203", "1"))
	first := s.Run(context.Background(), "t.lua:dtmf:1", in)
	want := []hotel.Answer{{URL: "http://rates.example/1", Status: 200, Body: "7"}, {URL: "http://rates.example/2", Error: "no route"}}
	if first.Err != nil || !reflect.DeepEqual(first.Answers, want) {
		t.Fatalf("%+v", first)
	}
	if text := first.Effects[0].Alert.Params["text"]; text != "7 200 nil no route" {
		t.Errorf("the hook saw %q", text)
	}

	alone := mustLoad(t, Options{Get: func(context.Context, string) hotel.Answer { panic("asked") }}, map[string]string{"t.lua": asking})
	in.Replay, in.Answers = true, first.Answers
	if again := alone.Run(context.Background(), "t.lua:dtmf:1", in); !reflect.DeepEqual(again, first) {
		t.Errorf("replayed\n got %+v\nwant %+v", again, first)
	}
	in.Answers = first.Answers[1:]
	other := alone.Run(context.Background(), "t.lua:dtmf:1", in)
	if text := other.Effects[0].Alert.Params["text"]; text != "nil replay: no answer to this was recorded nil no route" {
		t.Errorf("with an answer missing the hook saw %q", text)
	}
}

func TestNoGet(t *testing.T) {
	got := runBody(t, Options{}, `local body, why = bellhop.http.get("http://rates.example/") assert(body == nil and why == "http.get is not available here")`)
	if got.Err != nil {
		t.Error(got.Err)
	}
	got = runBody(t, Options{Get: rates}, `bellhop.http.get("ftp://rates.example/")`)
	if faultKind(got.Err) != "error" {
		t.Errorf("a strange address: %v", got.Err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	get := func(context.Context, string) hotel.Answer {
		return hotel.Answer{Status: 200, Body: string(make([]byte, 3*maxAnswer))}
	}
	got := runBody(t, Options{Get: get}, `assert(#bellhop.http.get("http://rates.example/") == 65536)`)
	if got.Err != nil || len(got.Answers[0].Body) != maxAnswer {
		t.Errorf("error %v", got.Err)
	}
}

// While Get hangs for some hooks, and more wait for their turn, others run.
func TestWaitingForAnswersHoldsNobodyUp(t *testing.T) {
	for _, vms := range []int{2, 3, 4} {
		t.Run(fmt.Sprint(vms), func(t *testing.T) {
			var inside, most atomic.Int32
			entered, release := make(chan struct{}, 100), make(chan struct{})
			get := func(context.Context, string) hotel.Answer {
				n := inside.Add(1)
				for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				entered <- struct{}{}
				<-release
				inside.Add(-1)
				return hotel.Answer{Status: 200}
			}
			s := mustLoad(t, Options{Get: get, Limits: Limits{VMs: vms}}, map[string]string{
				"ask.lua": asking, "good.lua": `bellhop.on("dtmf", function() bellhop.alert("fine") end)`,
			})
			var askers sync.WaitGroup
			for range 10 {
				askers.Go(func() {
					if got := s.Run(context.Background(), "ask.lua:dtmf:1", input(dialled("1203", "1"))); got.Err != nil || len(got.Answers) != 2 {
						t.Errorf("asker: %+v", got)
					}
				})
			}
			for range vms / 2 {
				<-entered
			}
			for range 50 {
				if got := s.Run(context.Background(), "good.lua:dtmf:1", input(dialled("1204", "1"))); got.Err != nil {
					t.Fatalf("a good hook: %+v", got)
				}
			}
			close(release)
			askers.Wait()
			if n := int(most.Load()); n != vms/2 {
				t.Errorf("%d were inside Get at a time, want %d", n, vms/2)
			}
		})
	}
}

func TestCancelWhileWaitingForAnAnswer(t *testing.T) {
	release := make(chan struct{})
	entered := make(chan struct{})
	get := func(context.Context, string) hotel.Answer {
		entered <- struct{}{}
		<-release
		return hotel.Answer{}
	}
	s := mustLoad(t, Options{Get: get, Limits: Limits{VMs: 2}}, map[string]string{"t.lua": `bellhop.on("dtmf", function() bellhop.http.get("http://rates.example/") end)`})
	var first sync.WaitGroup
	first.Go(func() { s.Run(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "1"))) })
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := s.Run(ctx, "t.lua:dtmf:1", input(dialled("1204", "1"))); got.Err != context.Canceled {
		t.Errorf("error %v", got.Err)
	}
	close(release)
	first.Wait()
}

// Many goroutines, all kinds of hooks, some of which fail: each result is its
// own run's.
func TestConcurrentRuns(t *testing.T) {
	s := mustLoad(t, Options{Get: rates}, map[string]string{
		"ask.lua":  asking,
		"echo.lua": `bellhop.on("dtmf", function(event) bellhop.kv.set("room", event.room) bellhop.alert(bellhop.kv.get("room"), {room = event.room}) end)`,
		"fail.lua": `bellhop.on("dtmf", function(event) error(event.room, 0) end)`,
	})
	var all sync.WaitGroup
	for g := range 16 {
		all.Go(func() {
			for i := range 30 {
				room := fmt.Sprint(g*100 + i)
				in := input(dialled(room, "1"))
				if got := s.Run(context.Background(), "echo.lua:dtmf:1", in); got.Err != nil || got.Effects[1].Alert.Room != room || got.Effects[1].Alert.Params["text"] != room {
					t.Errorf("room %s: %+v", room, got)
				}
				if got := s.Run(context.Background(), "fail.lua:dtmf:1", in); got.Err == nil || got.Err.Error() != "error: "+room {
					t.Errorf("room %s: %+v", room, got)
				}
				if got := s.Run(context.Background(), "ask.lua:dtmf:1", in); len(got.Answers) != 2 {
					t.Errorf("room %s: %+v", room, got)
				}
			}
		})
	}
	all.Wait()
}
