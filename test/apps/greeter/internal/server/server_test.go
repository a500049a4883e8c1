package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestParsePort(t *testing.T) {
	tests := []struct {
		text string
		want int
		ok   bool
	}{
		{"", 8080, true},
		{"9000", 9000, true},
		{"0", 0, true},
		{"http", 0, false},
		{"-1", 0, false},
		{"65536", 0, false},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			got, err := parsePort(test.text)
			if got != test.want || (err == nil) != test.ok {
				t.Errorf("got %d and %v", got, err)
			}
		})
	}
}

func TestMainNamesTheWrongSetting(t *testing.T) {
	var log strings.Builder
	code := Main(func(string) string { return "http" }, &log)
	if code != 1 || !strings.Contains(log.String(), "PORT is") {
		t.Errorf("got exit code %d and log %s", code, log.String())
	}
}

func TestServeReportsABrokenListener(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := Serve(context.Background(), listener, http.NotFoundHandler(), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("want an error")
	}
}
