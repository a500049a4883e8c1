package metrics

import (
	"strings"
	"sync"
	"testing"
	"time"
)

func written(r *Requests) string {
	var text strings.Builder
	r.Write(&text)
	return text.String()
}

func TestWrite(t *testing.T) {
	var requests Requests
	requests.Observe(Series{"/greeting", "GET", 200}, 4*time.Millisecond)
	requests.Observe(Series{"/greeting", "GET", 200}, 3*time.Second)
	requests.Observe(Series{"/greeting", "GET", 400}, time.Millisecond)

	text := written(&requests)
	tests := []struct{ name, line string }{
		{"counts by status", `http_requests_total{route="/greeting",method="GET",status="200"} 2`},
		{"keeps statuses apart", `http_requests_total{route="/greeting",method="GET",status="400"} 1`},
		{"below the time", `http_request_duration_seconds_bucket{route="/greeting",method="GET",status="200",le="0.001"} 0`},
		{"above the time", `http_request_duration_seconds_bucket{route="/greeting",method="GET",status="200",le="0.005"} 1`},
		{"a bound belongs to its bucket", `http_request_duration_seconds_bucket{route="/greeting",method="GET",status="400",le="0.001"} 1`},
		{"slower than all bounds", `http_request_duration_seconds_bucket{route="/greeting",method="GET",status="200",le="+Inf"} 2`},
		{"the sum", `http_request_duration_seconds_sum{route="/greeting",method="GET",status="200"} 3.004`},
		{"the count", `http_request_duration_seconds_count{route="/greeting",method="GET",status="200"} 2`},
		{"the type", `# TYPE http_request_duration_seconds histogram`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(text, test.line+"\n") {
				t.Errorf("no line %s in\n%s", test.line, text)
			}
		})
	}
}

func TestObserveFromManyGoroutines(t *testing.T) {
	var requests Requests
	var all sync.WaitGroup
	for range 50 {
		all.Add(1)
		go func() {
			defer all.Done()
			requests.Observe(Series{"/", "GET", 200}, time.Millisecond)
		}()
	}
	all.Wait()
	if text := written(&requests); !strings.Contains(text, `http_requests_total{route="/",method="GET",status="200"} 50`) {
		t.Error(text)
	}
}
