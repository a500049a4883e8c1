package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const drainTime = 10 * time.Second

// Main runs the greeter until SIGTERM or SIGINT and returns the process's exit code.
func Main(getenv func(string) string, out io.Writer) int {
	log := slog.New(slog.NewJSONHandler(out, nil)).With("app", "greeter")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := start(ctx, getenv("PORT"), log); err != nil {
		log.Error("stopped by an error", "err", err)
		return 1
	}
	return 0
}

func start(ctx context.Context, portText string, log *slog.Logger) error {
	port, err := parsePort(portText)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return err
	}
	return Serve(ctx, listener, NewHandler(log), log)
}

func parsePort(text string) (int, error) {
	if text == "" {
		return 8080, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return 0, fmt.Errorf("PORT is %q: set it to a number from 0 to 65535", text)
	}
	return port, nil
}

// Serve answers on listener with handler until ctx ends, then finishes the requests that are open.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	log.Info("listening", "address", listener.Addr().String())

	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	log.Info("finishing open requests")
	// ctx has ended, and with it would the drain.
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(errors.New("requests were cut off"), err)
	}
	log.Info("stopped")
	return nil
}
