package node

import (
	"context"
	"sync"
	"time"
)

// job is work that is done again and again beside the requests.
type job struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

// startJobs runs every job on its own, at once and then again and again until
// ctx ends; the channel is closed when all have stopped.
func (n *Node) startJobs(ctx context.Context) <-chan struct{} {
	jobs := []job{
		{"journal", time.Second, func(ctx context.Context) error { return n.journal.Flush(ctx, time.Now()) }},
		{"expiry", time.Minute, func(ctx context.Context) error { _, err := n.Registry.LapseRequests(ctx); return err }},
		{"system user expiry", time.Minute, func(ctx context.Context) error { _, err := n.Registry.EndSystemUsers(ctx); return err }},
		{"change expiry", time.Minute, func(ctx context.Context) error { _, err := n.Registry.LapseChanges(ctx); return err }},
		{"sessions", 10 * time.Minute, func(ctx context.Context) error {
			_, err := n.store.Sessions().Purge(ctx, time.Now())
			return err
		}},
		{"logins", time.Hour, func(ctx context.Context) error { _, err := n.Registry.PurgeLogins(ctx); return err }},
		{"replays", 10 * time.Minute, func(ctx context.Context) error {
			_, err := n.store.PurgeReplays(ctx, time.Now())
			return err
		}},
		{"answers", 10 * time.Minute, func(ctx context.Context) error { _, err := n.Registry.PurgeAnswers(ctx); return err }},
		{"bulk", time.Second, func(ctx context.Context) error { return n.calls.WorkBulk(ctx) }},
		{"client rules", time.Minute, func(ctx context.Context) error { _, err := n.Registry.WorkClientRules(ctx); return err }},
		{"bulk-old", time.Hour, func(ctx context.Context) error { _, err := n.Registry.PurgeBulk(ctx); return err }},
		{"use", time.Hour, func(ctx context.Context) error { _, err := n.Registry.PurgeUse(ctx); return err }},
		{"quotas", time.Hour, func(ctx context.Context) error { return n.Registry.PurgeQuotas(ctx) }},
		{"notices", time.Second, func(ctx context.Context) error { _, err := n.Registry.Tell(ctx); return err }},
		{"reminders", 10 * time.Minute, func(ctx context.Context) error { _, err := n.Registry.Remind(ctx); return err }},
		{"notices-old", time.Hour, func(ctx context.Context) error { _, err := n.Registry.PurgeNotices(ctx); return err }},
		// A key that its issuer withdraws is out within half an hour and five
		// minutes, and no request has to wait for keys.
		{"keys", 5 * time.Minute, func(ctx context.Context) error {
			_ = n.door.Refresh(ctx) // the door has logged which issuer's keys are not to be had
			return nil
		}},
	}
	if n.post != nil {
		jobs = append(jobs, job{"mails", 5 * time.Second, func(ctx context.Context) error { _, err := n.Registry.SendMails(ctx, n.post); return err }})
	}
	if n.Registry.Register != nil {
		jobs = append(jobs, job{"register", time.Duration(n.settings.RegisterMinutes) * time.Minute, n.syncRegister})
	}
	var running sync.WaitGroup
	for _, j := range jobs {
		running.Go(func() {
			tick := time.NewTicker(j.every)
			defer tick.Stop()
			for {
				if err := j.run(ctx); err != nil && ctx.Err() == nil {
					n.logger.ErrorContext(ctx, "job failed", "job", j.name, "error", err.Error())
				}
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		running.Wait()
		close(done)
	}()
	return done
}
