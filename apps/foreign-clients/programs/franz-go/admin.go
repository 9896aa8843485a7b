package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func adminTopics(ctx context.Context) error {
	t, err := topic(ctx, "admin", 2, map[string]*string{"retention.ms": kadm.StringPtr("60000")})
	if err != nil {
		return err
	}
	adm := kadm.NewClient(client())
	defer adm.Close()
	if _, err := adm.CreateTopic(ctx, 1, 1, nil, t); !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("created twice: %v", err)
	}
	updated, err := adm.UpdatePartitions(ctx, 5, t)
	if err != nil || updated.Error() != nil {
		return fmt.Errorf("partitions: %w", errors.Join(err, updated.Error()))
	}
	listed, err := adm.ListTopics(ctx, t)
	if err != nil || len(listed[t].Partitions) != 5 {
		return fmt.Errorf("%d partitions, %v", len(listed[t].Partitions), err)
	}
	changes := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: kadm.StringPtr("1234")}}
	if _, err := adm.AlterTopicConfigs(ctx, changes, t); err != nil {
		return err
	}
	described, err := adm.DescribeTopicConfigs(ctx, t)
	if err != nil {
		return err
	}
	for _, config := range described[0].Configs {
		if config.Key == "retention.ms" && config.MaybeValue() != "1234" {
			return fmt.Errorf("retention.ms is %s", config.MaybeValue())
		}
	}
	deleted, err := adm.DeleteTopics(ctx, t)
	return errors.Join(err, deleted.Error())
}

func adminOffsets(ctx context.Context) error {
	t, err := topic(ctx, "offsets", 1, nil)
	if err != nil {
		return err
	}
	before := time.Now().UnixMilli()
	if err := produce(ctx, t, 10); err != nil {
		return err
	}
	adm := kadm.NewClient(client())
	defer adm.Close()
	deleted, err := adm.DeleteRecords(ctx, kadm.Offsets{t: {0: {Topic: t, Partition: 0, At: 4}}})
	if err = errors.Join(err, deleted.Error()); err != nil {
		return err
	}
	start, err1 := adm.ListStartOffsets(ctx, t)
	end, err2 := adm.ListEndOffsets(ctx, t)
	latest, err3 := adm.ListMaxTimestampOffsets(ctx, t)
	since, err4 := adm.ListOffsetsAfterMilli(ctx, before, t)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	at := [3]int64{start[t][0].Offset, end[t][0].Offset, since[t][0].Offset}
	// Kafka tells the offset of the latest time also where its record was deleted.
	if at != [3]int64{4, 10, 4} || latest[t][0].Offset < 0 {
		return fmt.Errorf("start, end, since: %v; latest %d", at, latest[t][0].Offset)
	}
	return nil
}

func adminGroups(ctx context.Context) error {
	t, err := topic(ctx, "grouped", 1, nil)
	if err != nil {
		return err
	}
	if err := produce(ctx, t, 10); err != nil {
		return err
	}
	group := prefix + "described"
	cl := member(t, "described")
	records, err := poll(ctx, cl, 10)
	if err == nil {
		err = cl.CommitRecords(ctx, records[6])
	}
	if err == nil {
		err = shares(ctx, []*kgo.Client{cl}, "described", 1)
	}
	cl.Close()
	if err != nil {
		return err
	}
	adm := kadm.NewClient(client())
	defer adm.Close()
	lags, err := adm.Lag(ctx, group)
	if err = errors.Join(err, lags.Error()); err != nil {
		return err
	}
	if lag := lags[group].Lag.Total(); lag != 3 {
		return fmt.Errorf("the lag is %d", lag)
	}
	listed, err := adm.ListGroups(ctx)
	if err != nil || listed[group].Group == "" {
		return fmt.Errorf("the group is not listed: %v", err)
	}
	deleted, err := adm.DeleteGroups(ctx, group)
	return errors.Join(err, deleted.Error())
}

func adminTransactions(ctx context.Context) error {
	t, err := topic(ctx, "open", 1, nil)
	if err != nil {
		return err
	}
	id := prefix + "open"
	cl := client(kgo.TransactionalID(id), kgo.DefaultProduceTopic(t))
	defer cl.Close()
	if err := cl.BeginTransaction(); err != nil {
		return err
	}
	if err := cl.ProduceSync(ctx, kgo.StringRecord("open")).FirstErr(); err != nil {
		return err
	}
	adm := kadm.NewClient(client())
	defer adm.Close()
	described, err := adm.DescribeTransactions(ctx, id)
	if err != nil || described[id].State != "Ongoing" {
		return fmt.Errorf("the transaction is %q: %v", described[id].State, err)
	}
	producers, err := adm.DescribeProducers(ctx, kadm.TopicsSet{t: {0: {}}})
	if err != nil || len(producers.SortedProducers()) != 1 {
		return fmt.Errorf("%d producers: %v", len(producers.SortedProducers()), err)
	}
	return cl.EndTransaction(ctx, kgo.TryAbort)
}
