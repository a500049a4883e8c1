package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(handler http.Handler, method, target string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, target, nil))
	return recorder
}

func TestHandler(t *testing.T) {
	tests := []struct {
		name, method, target string
		status               int
		body                 string
	}{
		{"greets", "GET", "/greeting?name=Ada&language=fr", 200, `{"greeting":"Bonjour, Ada !","name":"Ada","language":"fr"}`},
		{"greets the world", "GET", "/greeting", 200, `{"greeting":"Hello, world!","name":"world","language":"en"}`},
		{"refuses a language", "GET", "/greeting?language=xx", 400, `{"error":"language \"xx\" is none of de, en, es, fr"}`},
		{"takes no other method", "POST", "/greeting", 405, "Method Not Allowed"},
		{"is healthy", "GET", "/healthz", 200, `{"status":"ok"}`},
		{"knows no other route", "GET", "/nowhere", 404, "404 page not found"},
	}
	handler := NewHandler(slog.New(slog.DiscardHandler))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ask(handler, test.method, test.target)
			if got.Code != test.status {
				t.Errorf("got status %d, want %d", got.Code, test.status)
			}
			if body := strings.TrimSpace(got.Body.String()); body != test.body {
				t.Errorf("got %s, want %s", body, test.body)
			}
		})
	}
}

func TestHandlerCounts(t *testing.T) {
	handler := NewHandler(slog.New(slog.DiscardHandler))
	ask(handler, "GET", "/greeting?name=Ada")
	ask(handler, "GET", "/greeting?name=Grace")
	ask(handler, "GET", "/nowhere")
	ask(handler, "BREW", "/nowhere")

	text := ask(handler, "GET", "/metrics").Body.String()
	for _, line := range []string{
		`http_requests_total{route="/greeting",method="GET",status="200"} 2`,
		`http_requests_total{route="unmatched",method="GET",status="404"} 1`,
		`http_requests_total{route="unmatched",method="other",status="404"} 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}

func TestHandlerLogs(t *testing.T) {
	var log strings.Builder
	handler := NewHandler(slog.New(slog.NewJSONHandler(&log, nil)))
	ask(handler, "GET", "/healthz")
	ask(handler, "GET", "/greeting")
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), `"route":"/greeting"`) {
		t.Errorf("want one line, for /greeting, got\n%s", log.String())
	}
}
