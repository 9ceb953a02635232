package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// round is what one side did in one round.
type round struct {
	requests  int
	took      time.Duration
	spent     time.Duration // CPU of the server's process
	latencies []time.Duration
}

func (r round) rate() float64 { return float64(r.requests) / r.took.Seconds() }

// cpu is microseconds of the server's CPU per request.
func (r round) cpu() float64 { return float64(r.spent.Microseconds()) / float64(r.requests) }

// at is the latency that the share p of the requests stayed below, in microseconds.
func (r round) at(p float64) float64 {
	i := min(int(p*float64(len(r.latencies))), len(r.latencies)-1)
	return float64(r.latencies[i].Nanoseconds()) / 1000
}

// measure asks the questions in turn over p.conns connections that stay open,
// and checks that each answer holds what is expected of it.
func measure(ctx context.Context, s *side, questions []question, p parameters, expected func(question) []byte) (round, error) {
	requests, wants := make([][]byte, len(questions)), make([][]byte, len(questions))
	for i, q := range questions {
		requests[i], wants[i] = s.request(q), expected(q)
	}
	before, err := s.processTime()
	if err != nil {
		return round{}, err
	}
	var (
		wg        sync.WaitGroup
		mu        sync.Mutex
		failed    error
		latencies []time.Duration
	)
	began := time.Now()
	for w := range p.conns {
		wg.Go(func() {
			took, err := worker(ctx, s.addr, requests, wants, w, p)
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			latencies = append(latencies, took...)
		})
	}
	wg.Wait()
	r := round{requests: len(latencies), took: time.Since(began), latencies: latencies}
	after, err := s.processTime()
	r.spent = after - before
	slices.Sort(r.latencies)
	return r, errors.Join(failed, err)
}

// worker asks its share of the questions on one connection.
func worker(ctx context.Context, addr string, requests, wants [][]byte, w int, p parameters) ([]time.Duration, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer c.Close() //nolint:errcheck // nothing is lost
	if err := c.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		return nil, err
	}
	reader, buf := bufio.NewReader(c), make([]byte, 0, 4096)
	took := make([]time.Duration, 0, p.requests/p.conns)
	for i := w; i < p.requests && ctx.Err() == nil; i += p.conns {
		at := time.Now()
		if _, err := c.Write(requests[i%len(requests)]); err != nil {
			return took, err
		}
		body, err := readAnswer(reader, &buf)
		if err != nil {
			return took, err
		}
		took = append(took, time.Since(at))
		if !bytes.Contains(body, wants[i%len(wants)]) {
			return took, fmt.Errorf("wrong answer: %s", body)
		}
	}
	return took, ctx.Err()
}
