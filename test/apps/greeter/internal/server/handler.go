// Package server is the greeter's HTTP side.
package server

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"example.com/greeter/internal/greeting"
	"example.com/greeter/internal/metrics"
)

// NewHandler answers all routes and counts every request.
func NewHandler(log *slog.Logger) http.Handler {
	requests := &metrics.Requests{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /greeting", greet)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		requests.Write(w)
	})
	return observed(mux, requests, log)
}

func greet(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	answer, err := greeting.For(query.Get("name"), query.Get("language"))
	var refused *greeting.RequestError
	switch {
	case errors.As(err, &refused):
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": refused.Error()})
	case err != nil:
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "the request failed"})
	default:
		writeJSON(w, http.StatusOK, answer)
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// What fails here is the connection, and there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(body)
}

// statusRecorder remembers the status that a handler answered with.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

func observed(mux *http.ServeMux, requests *metrics.Requests, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		mux.ServeHTTP(recorder, r)

		took := time.Since(begun)
		series := metrics.Series{Route: route(r), Method: method(r), Status: recorder.status}
		requests.Observe(series, took)
		// Probes and scrapers ask every second; a line for each would bury the others.
		level := slog.LevelInfo
		if series.Route == "/healthz" || series.Route == "/metrics" {
			level = slog.LevelDebug
		}
		log.Log(r.Context(), level, "request", "route", series.Route, "method", series.Method, "status", series.Status, "ms", took.Milliseconds())
	})
}

// route is the pattern without its method: an address as a label would make a series for each scanner's guess.
func route(r *http.Request) string {
	if _, path, found := strings.Cut(r.Pattern, " "); found {
		return path
	}
	return "unmatched"
}

// method is a label too, and callers may invent methods.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	default:
		return "other"
	}
}
