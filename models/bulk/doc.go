// Package bulk holds the bulk job: a supplier's questions to many customers,
// handed in at once and put one by one.
//
//	job: running --every row has ended--> done
//	             --cancel---------------> cancelled
//
//	row: waiting --the question succeeds--> done
//	             --it is refused----------> failed
//	             --the job is cancelled---> cancelled
//
// It owns the states and the bounds of a job. It refuses to know what a row asks
// for: that is kept as it came, and read as if it had come alone. Start with Job.
package bulk
