package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/models"
)

// sessionFault is where a request finds out that its session could not be read
// or written.
type sessionFault struct{ err error }

type sessionFaultKey struct{}

// SessionFailed is the OnError of the sessions that a Server is given: it tells
// the request, which is then answered as an outage and not otherwise. Nobody is
// let in or out by a store that is down.
func SessionFailed(_ http.ResponseWriter, r *http.Request, err error) {
	if f, ok := r.Context().Value(sessionFaultKey{}).(*sessionFault); ok {
		f.err = err
	}
}

// session loads the session, runs the rest, and saves it with the answer. When
// it cannot be saved the answer is thrown away, since what it says about who is
// signed in would not be true.
func (s *Server) session(next echo.HandlerFunc) echo.HandlerFunc {
	load := echo.WrapMiddleware(s.Sessions)(next)
	return func(c echo.Context) error {
		f := &sessionFault{}
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), sessionFaultKey{}, f)))
		response := c.Response()
		writer := response.Writer
		response.Writer = &unlessFailed{ResponseWriter: writer, fault: f}
		err := load(c)
		response.Writer = writer
		if f.err == nil {
			return err
		}
		for _, name := range []string{echo.HeaderLocation, echo.HeaderContentType, echo.HeaderSetCookie, "Content-Language", "Clear-Site-Data"} {
			response.Header().Del(name)
		}
		response.Committed, response.Status, response.Size = false, http.StatusOK, 0
		c.SetResponse(response)
		return &models.Error{Kind: models.Unavailable, Code: models.CodeUnavailable, Err: f.err}
	}
}

// unlessFailed passes an answer on while the session is in order.
type unlessFailed struct {
	http.ResponseWriter
	fault *sessionFault
}

// WriteHeader passes the status on.
func (w *unlessFailed) WriteHeader(status int) {
	if w.fault.err == nil {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write passes the body on.
func (w *unlessFailed) Write(b []byte) (int, error) {
	if w.fault.err != nil {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives the writer below to http.ResponseController.
func (w *unlessFailed) Unwrap() http.ResponseWriter { return w.ResponseWriter }
