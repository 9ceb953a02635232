// Package static holds the style sheet and the scripts, embedded in the binary.
//
// It owns the names under which browsers fetch them (with the content's hash,
// so that they may be kept for ever) and how they are served. It refuses to
// pretend: [Assets.Check] says when the binary was built without them. Used by
// handlers, which mounts it, and by cmd, which checks it before serving.
package static
