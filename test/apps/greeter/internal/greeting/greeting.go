// Package greeting knows how to greet.
package greeting

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Greeting is what a caller gets.
type Greeting struct {
	Greeting string `json:"greeting"`
	Name     string `json:"name"`
	Language string `json:"language"`
}

// RequestError is a mistake of the caller; its text is for them.
type RequestError struct{ message string }

func (e *RequestError) Error() string { return e.message }

const (
	defaultName     = "world"
	defaultLanguage = "en"
	longestName     = 64
)

var formats = map[string]string{
	"de": "Hallo, %s!",
	"en": "Hello, %s!",
	"es": "¡Hola, %s!",
	"fr": "Bonjour, %s !",
}

// For greets name in language; an empty one of either is the default.
func For(name, language string) (Greeting, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		name = defaultName
	}
	if utf8.RuneCountInString(name) > longestName {
		return Greeting{}, &RequestError{fmt.Sprintf("the name is longer than %d characters", longestName)}
	}
	language = strings.ToLower(language)
	if language == "" {
		language = defaultLanguage
	}
	format, known := formats[language]
	if !known {
		return Greeting{}, &RequestError{fmt.Sprintf("language %q is none of %s", language, strings.Join(Languages(), ", "))}
	}
	return Greeting{Greeting: fmt.Sprintf(format, name), Name: name, Language: language}, nil
}

// Languages lists the known languages, sorted.
func Languages() []string {
	languages := make([]string, 0, len(formats))
	for language := range formats {
		languages = append(languages, language)
	}
	slices.Sort(languages)
	return languages
}
