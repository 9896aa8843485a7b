// franz-go against the broker at BOOTSTRAP.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

var (
	bootstrap = os.Getenv("BOOTSTRAP")
	prefix    = fmt.Sprintf("franz-%d-", os.Getpid())
)

type check struct {
	name string
	run  func(context.Context) error
}

func main() {
	say(map[string]any{"version": version("github.com/twmb/franz-go")})
	for _, codec := range []struct {
		name  string
		codec kgo.CompressionCodec
	}{
		{"none", kgo.NoCompression()},
		{"gzip", kgo.GzipCompression()},
		{"snappy", kgo.SnappyCompression()},
		{"lz4", kgo.Lz4Compression()},
		{"zstd", kgo.ZstdCompression()},
	} {
		do(check{"records in order, " + codec.name, inOrder(codec.name, codec.codec)})
	}
	for _, c := range []check{
		{"fetch sessions and none: the same records", sessions},
		{"commit and resume", resume},
		{"rebalance, cooperative-sticky", rebalance(kgo.CooperativeStickyBalancer())},
		{"rebalance, range", rebalance(kgo.RangeBalancer())},
		{"static members", static},
		{"transactions", transactions},
		{"consume, process, produce in transactions", exactlyOnce},
		{"fencing", fencing},
		{"admin: topics, partitions, configs", adminTopics},
		{"admin: offsets, records", adminOffsets},
		{"admin: groups, lag", adminGroups},
		{"admin: transactions, producers", adminTransactions},
	} {
		do(c)
	}
}

func do(c check) {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	if err := c.run(ctx); err != nil {
		say(map[string]any{"check": c.name, "ok": false, "reason": err.Error()})
		return
	}
	say(map[string]any{"check": c.name, "ok": true})
}

func say(line map[string]any) {
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		if dep.Path == module {
			return module + " " + dep.Version
		}
	}
	return module
}

func client(opts ...kgo.Opt) *kgo.Client {
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(bootstrap)}, opts...)...)
	if err != nil {
		panic(err)
	}
	return cl
}

func topic(ctx context.Context, name string, partitions int32, configs map[string]*string) (string, error) {
	adm := kadm.NewClient(client())
	defer adm.Close()
	_, err := adm.CreateTopic(ctx, partitions, 1, configs, prefix+name)
	return prefix + name, err
}

func produce(ctx context.Context, name string, count int, opts ...kgo.Opt) error {
	cl := client(append(opts, kgo.DefaultProduceTopic(name))...)
	defer cl.Close()
	records := make([]*kgo.Record, count)
	for i := range records {
		records[i] = kgo.KeyStringRecord(fmt.Sprintf("k%d", i%7), fmt.Sprintf("%06d", i))
	}
	return cl.ProduceSync(ctx, records...).FirstErr()
}

// poll reads until there are count records, and then that nothing follows.
func poll(ctx context.Context, cl *kgo.Client, count int) ([]*kgo.Record, error) {
	var seen []*kgo.Record
	for len(seen) < count {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("after %d of %d records: %w", len(seen), count, err)
		}
		seen = append(seen, fetches.Records()...)
	}
	quiet, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	seen = append(seen, cl.PollFetches(quiet).Records()...)
	if len(seen) != count {
		return nil, fmt.Errorf("%d records, expected %d", len(seen), count)
	}
	return seen, nil
}

func readAll(ctx context.Context, name string, count int, opts ...kgo.Opt) ([]*kgo.Record, error) {
	start := kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())
	cl := client(append(opts, kgo.ConsumeTopics(name), start)...)
	defer cl.Close()
	return poll(ctx, cl, count)
}

func ordered(records []*kgo.Record) error {
	last := map[string]string{}
	for _, r := range records {
		if string(r.Value) <= last[string(r.Key)] {
			return fmt.Errorf("%s came after %s", r.Value, last[string(r.Key)])
		}
		last[string(r.Key)] = string(r.Value)
	}
	return nil
}

func inOrder(name string, codec kgo.CompressionCodec) func(context.Context) error {
	return func(ctx context.Context) error {
		t, err := topic(ctx, "codec-"+name, 3, nil)
		if err != nil {
			return err
		}
		if err := produce(ctx, t, 2000, kgo.ProducerBatchCompression(codec)); err != nil {
			return err
		}
		records, err := readAll(ctx, t, 2000)
		if err != nil {
			return err
		}
		return ordered(records)
	}
}

func sessions(ctx context.Context) error {
	t, err := topic(ctx, "sessions", 8, nil)
	if err != nil {
		return err
	}
	if err := produce(ctx, t, 500); err != nil {
		return err
	}
	if _, err := readAll(ctx, t, 500, kgo.DisableFetchSessions()); err != nil {
		return err
	}
	_, err = readAll(ctx, t, 500)
	return err
}

func member(t, group string, opts ...kgo.Opt) *kgo.Client {
	return client(append(opts, kgo.ConsumeTopics(t), kgo.ConsumerGroup(prefix+group), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
}

func resume(ctx context.Context) error {
	t, err := topic(ctx, "resume", 1, nil)
	if err != nil {
		return err
	}
	if err := produce(ctx, t, 10); err != nil {
		return err
	}
	one := member(t, "resume")
	records, err := poll(ctx, one, 10)
	if err == nil {
		err = one.CommitRecords(ctx, records[3])
	}
	one.Close()
	if err != nil {
		return err
	}
	two := member(t, "resume")
	defer two.Close()
	records, err = poll(ctx, two, 6)
	if err == nil && records[0].Offset != 4 {
		return fmt.Errorf("it went on at offset %d", records[0].Offset)
	}
	return err
}

func rebalance(balancer kgo.GroupBalancer) func(context.Context) error {
	return func(ctx context.Context) error {
		group := "shared-" + balancer.ProtocolName()
		t, err := topic(ctx, group, 4, nil)
		if err != nil {
			return err
		}
		opts := []kgo.Opt{kgo.Balancers(balancer), kgo.HeartbeatInterval(200 * time.Millisecond)}
		one, two := member(t, group, opts...), member(t, group, opts...)
		defer one.Close()
		if err := shares(ctx, []*kgo.Client{one, two}, group, 2); err != nil {
			two.Close()
			return err
		}
		two.Close()
		return shares(ctx, []*kgo.Client{one}, group, 4)
	}
}

// shares waits until the group is stable and each member has so many partitions, by what the coordinator says.
func shares(ctx context.Context, members []*kgo.Client, group string, each int) error {
	adm := kadm.NewClient(client())
	defer adm.Close()
	for {
		for _, cl := range members {
			short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			cl.PollFetches(short)
			cancel()
			cl.AllowRebalance()
		}
		described, err := adm.DescribeGroups(ctx, prefix+group)
		if err != nil {
			return err
		}
		g := described[prefix+group]
		fair := g.State == "Stable" && len(g.Members) == len(members)
		for _, m := range g.Members {
			count := 0
			if assigned, ok := m.Assigned.AsConsumer(); ok {
				for _, t := range assigned.Topics {
					count += len(t.Partitions)
				}
			}
			fair = fair && count == each
		}
		if fair {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("the group stayed %s with %d members", g.State, len(g.Members))
		}
	}
}

func static(ctx context.Context) error {
	t, err := topic(ctx, "static", 2, nil)
	if err != nil {
		return err
	}
	opts := []kgo.Opt{kgo.InstanceID("one"), kgo.SessionTimeout(30 * time.Second)}
	one := member(t, "static", opts...)
	err = shares(ctx, []*kgo.Client{one}, "static", 2)
	one.Close()
	if err != nil {
		return err
	}
	began := time.Now()
	two := member(t, "static", opts...)
	defer two.Close()
	if err := shares(ctx, []*kgo.Client{two}, "static", 2); err != nil {
		return err
	}
	if time.Since(began) > 10*time.Second {
		return errors.New("the same member was not known again")
	}
	return nil
}

func transactions(ctx context.Context) error {
	t, err := topic(ctx, "tx", 2, nil)
	if err != nil {
		return err
	}
	cl := client(kgo.TransactionalID(prefix+"tx"), kgo.DefaultProduceTopic(t))
	defer cl.Close()
	for _, commit := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort, kgo.TryCommit} {
		if err := cl.BeginTransaction(); err != nil {
			return err
		}
		for i := range 5 {
			cl.Produce(ctx, kgo.KeyStringRecord(fmt.Sprint(i), fmt.Sprint(bool(commit))), nil)
		}
		if err := cl.Flush(ctx); err != nil {
			return err
		}
		if err := cl.EndTransaction(ctx, commit); err != nil {
			return err
		}
	}
	if _, err := readAll(ctx, t, 10, kgo.FetchIsolationLevel(kgo.ReadCommitted())); err != nil {
		return err
	}
	_, err = readAll(ctx, t, 15)
	return err
}

func exactlyOnce(ctx context.Context) error {
	from, err := topic(ctx, "from", 3, nil)
	if err != nil {
		return err
	}
	to, err := topic(ctx, "to", 3, nil)
	if err != nil {
		return err
	}
	if err := produce(ctx, from, 300); err != nil {
		return err
	}
	session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(bootstrap), kgo.TransactionalID(prefix+"eos"),
		kgo.ConsumerGroup(prefix+"eos"), kgo.ConsumeTopics(from), kgo.DefaultProduceTopic(to), kgo.RequireStableFetchOffsets(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return err
	}
	defer session.Close()
	for done := 0; done < 300; {
		fetches := session.PollRecords(ctx, 50)
		if err := fetches.Err(); err != nil {
			return err
		}
		if err := session.Begin(); err != nil {
			return err
		}
		records := fetches.Records()
		for _, r := range records {
			session.Produce(ctx, &kgo.Record{Key: r.Key, Value: r.Value}, nil)
		}
		committed, err := session.End(ctx, kgo.TryCommit)
		if err != nil {
			return err
		}
		if committed {
			done += len(records)
		}
	}
	_, err = readAll(ctx, to, 300, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	return err
}

func fencing(ctx context.Context) error {
	t, err := topic(ctx, "fenced", 1, nil)
	if err != nil {
		return err
	}
	opts := []kgo.Opt{kgo.TransactionalID(prefix + "fence"), kgo.DefaultProduceTopic(t)}
	old, next := client(opts...), client(opts...)
	defer old.Close()
	defer next.Close()
	if err := old.BeginTransaction(); err != nil {
		return err
	}
	if err := old.ProduceSync(ctx, kgo.StringRecord("old")).FirstErr(); err != nil {
		return err
	}
	if err := next.BeginTransaction(); err != nil {
		return err
	}
	if err := next.ProduceSync(ctx, kgo.StringRecord("new")).FirstErr(); err != nil {
		return err
	}
	err = old.EndTransaction(ctx, kgo.TryCommit)
	if !errors.Is(err, kerr.ProducerFenced) && !errors.Is(err, kerr.InvalidProducerEpoch) {
		return fmt.Errorf("a fenced producer's commit gave %v", err)
	}
	if err := next.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return err
	}
	records, err := readAll(ctx, t, 1, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err == nil && string(records[0].Value) != "new" {
		return fmt.Errorf("committed is %s", records[0].Value)
	}
	return err
}
