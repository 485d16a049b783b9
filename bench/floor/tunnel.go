package main

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

const connectTimeout = 5 * time.Second

// tunnelListener accepts a connection, answers its CONNECT and hands on the TLS connection inside the tunnel.
type tunnelListener struct {
	net.Listener
	tunnels chan accepted
}

type accepted struct {
	conn net.Conn
	err  error
}

func newTunnelListener(listener net.Listener, certificate tls.Certificate) *tunnelListener {
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   tls.VersionTLS13,
		NextProtos:   []string{"http/1.1"},
	}
	tunnels := &tunnelListener{Listener: listener, tunnels: make(chan accepted)}
	go tunnels.acceptAll(config)
	return tunnels
}

// Accept returns the next tunnel; the CONNECT of one client never holds up another's.
func (l *tunnelListener) Accept() (net.Conn, error) {
	next := <-l.tunnels
	return next.conn, next.err
}

func (l *tunnelListener) acceptAll(config *tls.Config) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			l.tunnels <- accepted{err: err}
			return
		}
		go func() {
			if err := answerConnect(conn); err != nil {
				_ = conn.Close()
				return
			}
			l.tunnels <- accepted{conn: tls.Server(conn, config)}
		}()
	}
}

// The API server sends nothing after its CONNECT until it has read the answer, so no byte is lost in the reader.
func answerConnect(conn net.Conn) error {
	if err := conn.SetDeadline(time.Now().Add(connectTimeout)); err != nil {
		return err
	}
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return err
	}
	if request.Method != http.MethodConnect {
		_, err = conn.Write([]byte("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"))
		if err == nil {
			err = http.ErrNotSupported
		}
		return err
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\n\r\n")); err != nil {
		return err
	}
	return conn.SetDeadline(time.Time{})
}
