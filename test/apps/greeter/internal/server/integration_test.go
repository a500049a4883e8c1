//go:build integration

package server

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// serve starts the server on a port of its own; stop begins the shutdown and done gives its outcome.
func serve(t *testing.T, handler http.Handler) (address string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	outcome := make(chan error, 1)
	go func() { outcome <- Serve(ctx, listener, handler, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(stop)
	return listener.Addr().String(), stop, outcome
}

func wait(t *testing.T, done <-chan error) {
	t.Helper()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("the server stopped with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the server did not stop")
	}
}

func TestIntegrationGreets(t *testing.T) {
	address, stop, done := serve(t, NewHandler(slog.New(slog.DiscardHandler)))
	response, err := http.Get("http://" + address + "/greeting?name=Ada")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body struct{ Greeting string }
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	if body.Greeting != "Hello, Ada!" {
		t.Errorf("got %q", body.Greeting)
	}
	stop()
	wait(t, done)
}

func TestIntegrationFinishesOpenRequests(t *testing.T) {
	asked, finish := make(chan struct{}), make(chan struct{})
	address, stop, done := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-finish
		io.WriteString(w, "finished")
	}))
	answer := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + address)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answer <- string(body)
	}()
	<-asked
	stop()
	select {
	case err := <-done:
		t.Fatalf("the server stopped with a request open: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	if connection, err := net.Dial("tcp", address); err == nil {
		connection.Close()
		t.Error("the server still takes connections")
	}
	close(finish)
	if got := <-answer; got != "finished" {
		t.Errorf("got %q", got)
	}
	wait(t, done)
}

func TestIntegrationMainStopsOnASignal(t *testing.T) {
	reader, writer := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- Main(func(string) string { return "0" }, writer)
		writer.Close()
	}()
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"msg":"listening"`) {
			self, _ := os.FindProcess(os.Getpid())
			self.Signal(os.Interrupt)
		}
	}
	if got := <-code; got != 0 {
		t.Errorf("got exit code %d", got)
	}
}
