package agent

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"bellhop/hotel"
)

// The bounds of an immediate call from a hook.
const (
	getTimeout = 2 * time.Second
	maxGetBody = 64 << 10
)

// httpGet makes the immediate calls of hooks.
func httpGet(client *http.Client) func(context.Context, string) hotel.Answer {
	return func(ctx context.Context, url string) hotel.Answer {
		answer := hotel.Answer{URL: url}
		ctx, cancel := context.WithTimeout(ctx, getTimeout)
		defer cancel()
		status, body, err := get(ctx, client, url)
		if err != nil {
			answer.Error = err.Error()
			return answer
		}
		answer.Status, answer.Body = status, body
		return answer
	}
}

func get(ctx context.Context, client *http.Client, url string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", fmt.Errorf("get: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", fmt.Errorf("get: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxGetBody+1))
	if err != nil {
		return 0, "", fmt.Errorf("get: read answer: %w", err)
	}
	if len(body) > maxGetBody {
		return 0, "", fmt.Errorf("get: the answer is longer than %d bytes", maxGetBody)
	}
	return response.StatusCode, string(body), nil
}
