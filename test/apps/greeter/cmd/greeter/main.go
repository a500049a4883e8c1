// The greeter: GET /greeting?name=Ada&language=fr.
package main

import (
	"os"

	"example.com/greeter/internal/server"
)

func main() {
	os.Exit(server.Main(os.Getenv, os.Stdout))
}
