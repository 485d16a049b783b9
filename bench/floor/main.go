// The floor of every comparison: the least that any admission server outside the API server can do. It reads the body,
// echoes the uid, allows. Go's standard library only; what a policy costs on top of this is the policy's own.
package main

import (
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

type review struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *request  `json:"request,omitempty"`
	Response   *response `json:"response,omitempty"`
}

type request struct {
	UID string `json:"uid"`
}

type response struct {
	UID     string `json:"uid"`
	Allowed bool   `json:"allowed"`
}

func main() {
	socket := flag.String("socket", "", "Unix socket to answer CONNECT on")
	host := flag.String("host", "floor.gatehouse.internal", "name in the certificate")
	caFile := flag.String("ca-file", "", "where the certificate is written, once the socket accepts")
	flag.Parse()

	certificate, pem, err := selfSigned(*host)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("unix", *socket)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*caFile, pem, 0o644); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(newTunnelListener(listener, certificate), http.HandlerFunc(allow)))
}

func allow(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var asked review
	if err == nil {
		err = json.Unmarshal(body, &asked)
	}
	if err != nil || asked.Request == nil {
		http.Error(w, "not an AdmissionReview", http.StatusBadRequest)
		return
	}
	answer, err := json.Marshal(review{
		APIVersion: asked.APIVersion,
		Kind:       asked.Kind,
		Response:   &response{UID: asked.Request.UID, Allowed: true},
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
}
