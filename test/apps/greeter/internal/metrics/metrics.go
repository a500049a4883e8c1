// Package metrics counts requests and writes them in Prometheus' text format.
package metrics

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Series is one combination of labels. Route is a pattern, never an address: its values must be few.
type Series struct {
	Route  string
	Method string
	Status int
}

func (s Series) labels() string {
	return fmt.Sprintf("route=%q,method=%q,status=\"%d\"", s.Route, s.Method, s.Status)
}

// The upper bounds of the histogram's buckets, in seconds.
var bounds = []float64{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}

type histogram struct {
	buckets []uint64
	count   uint64
	seconds float64
}

// Requests is safe for concurrent use; its zero value is ready.
type Requests struct {
	mu     sync.Mutex
	series map[Series]*histogram
}

// Observe counts one request.
func (r *Requests) Observe(series Series, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.series == nil {
		r.series = map[Series]*histogram{}
	}
	h := r.series[series]
	if h == nil {
		h = &histogram{buckets: make([]uint64, len(bounds))}
		r.series[series] = h
	}
	h.count++
	h.seconds += took.Seconds()
	for i, bound := range bounds {
		if took.Seconds() <= bound {
			h.buckets[i]++
		}
	}
}

// Write writes all series, sorted, so that two scrapes can be compared by eye.
func (r *Requests) Write(w io.Writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sorted := slices.SortedFunc(maps.Keys(r.series), func(a, b Series) int {
		return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Status, b.Status))
	})
	header(w, "http_requests_total", "counter", "Requests answered.")
	for _, series := range sorted {
		fmt.Fprintf(w, "http_requests_total{%s} %d\n", series.labels(), r.series[series].count)
	}
	header(w, "http_request_duration_seconds", "histogram", "Time from a request's arrival to the end of its answer.")
	for _, series := range sorted {
		r.series[series].write(w, series.labels())
	}
}

func (h *histogram) write(w io.Writer, labels string) {
	const name = "http_request_duration_seconds"
	for i, bound := range bounds {
		fmt.Fprintf(w, "%s_bucket{%s,le=\"%s\"} %d\n", name, labels, number(bound), h.buckets[i])
	}
	fmt.Fprintf(w, "%s_bucket{%s,le=\"+Inf\"} %d\n", name, labels, h.count)
	fmt.Fprintf(w, "%s_sum{%s} %s\n", name, labels, number(h.seconds))
	fmt.Fprintf(w, "%s_count{%s} %d\n", name, labels, h.count)
}

func header(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func number(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }
