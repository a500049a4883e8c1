package greeting

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestFor(t *testing.T) {
	tests := []struct {
		name, forName, language, want string
	}{
		{"a name", "Ada", "en", "Hello, Ada!"},
		{"nobody", "", "en", "Hello, world!"},
		{"only spaces", "  ", "en", "Hello, world!"},
		{"spaces around", " Ada ", "en", "Hello, Ada!"},
		{"no language", "Ada", "", "Hello, Ada!"},
		{"another language", "Ada", "fr", "Bonjour, Ada !"},
		{"capitals", "Ada", "DE", "Hallo, Ada!"},
		{"the longest name", strings.Repeat("é", 64), "es", "¡Hola, " + strings.Repeat("é", 64) + "!"},
		{"a name that looks like a format", "%s%d", "en", "Hello, %s%d!"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := For(test.forName, test.language)
			if err != nil {
				t.Fatal(err)
			}
			if got.Greeting != test.want {
				t.Errorf("got %q, want %q", got.Greeting, test.want)
			}
		})
	}
}

func TestForRefuses(t *testing.T) {
	tests := []struct {
		name, forName, language, want string
	}{
		{"a language it does not know", "Ada", "tlh", `language "tlh" is none of de, en, es, fr`},
		{"a name that is too long", strings.Repeat("a", 65), "en", "the name is longer than 64 characters"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := For(test.forName, test.language)
			var refused *RequestError
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a RequestError", err)
			}
			if err.Error() != test.want {
				t.Errorf("got %q, want %q", err, test.want)
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	if got := Languages(); !slices.IsSorted(got) || len(got) != len(formats) {
		t.Errorf("got %v", got)
	}
}
