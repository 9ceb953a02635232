package registry

import (
	"context"

	"github.com/stafett/stafett/models/audit"
)

// VerifyAudit walks the whole audit log and returns how many entries it has. The
// first entry that does not hold is an *audit.BrokenError that names it.
func (r *Registry) VerifyAudit(ctx context.Context) (int64, error) {
	var n int64
	err := r.Store.Read(ctx, func(tx Reader) error {
		seq, hash, err := tx.AuditHead(ctx)
		if err != nil {
			return err
		}
		n, err = audit.Verify(tx.AuditAll(ctx), seq, hash)
		return err
	})
	return n, err
}
