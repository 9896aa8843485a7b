// Sarama against the broker at BOOTSTRAP.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/IBM/sarama"
)

var (
	bootstrap = []string{os.Getenv("BOOTSTRAP")}
	prefix    = fmt.Sprintf("sarama-%d-", os.Getpid())
)

func main() {
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		if dep.Path == "github.com/IBM/sarama" {
			say(map[string]any{"version": dep.Path + " " + dep.Version})
		}
	}
	do("records in order, idempotent, zstd", inOrder)
	do("group, commit and resume", group)
	do("transactions", transactions)
	do("admin: topics, configs, groups, records", admin)
}

func do(name string, run func() error) {
	result := make(chan error, 1)
	go func() { result <- run() }()
	var err error
	select {
	case err = <-result:
	case <-time.After(60 * time.Second):
		err = fmt.Errorf("not done after 60 s")
	}
	if err != nil {
		say(map[string]any{"check": name, "ok": false, "reason": err.Error()})
		return
	}
	say(map[string]any{"check": name, "ok": true})
}

func say(line map[string]any) {
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func config() *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.MaxVersion
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Producer.Return.Successes = true
	c.Producer.Idempotent = true
	c.Producer.RequiredAcks = sarama.WaitForAll
	c.Net.MaxOpenRequests = 1
	return c
}

func topic(name string, partitions int32) (string, error) {
	adm, err := sarama.NewClusterAdmin(bootstrap, config())
	if err != nil {
		return "", err
	}
	defer adm.Close()
	detail := &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1}
	return prefix + name, adm.CreateTopic(prefix+name, detail, false)
}

func produce(c *sarama.Config, name string, count int) error {
	producer, err := sarama.NewSyncProducer(bootstrap, c)
	if err != nil {
		return err
	}
	defer producer.Close()
	messages := make([]*sarama.ProducerMessage, count)
	for i := range messages {
		key, value := sarama.StringEncoder(fmt.Sprintf("k%d", i%7)), sarama.StringEncoder(fmt.Sprintf("%06d", i))
		messages[i] = &sarama.ProducerMessage{Topic: name, Key: key, Value: value}
	}
	return producer.SendMessages(messages)
}

func read(c *sarama.Config, name string, partition int32, count int) ([]*sarama.ConsumerMessage, error) {
	consumer, err := sarama.NewConsumer(bootstrap, c)
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	part, err := consumer.ConsumePartition(name, partition, sarama.OffsetOldest)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	var seen []*sarama.ConsumerMessage
	for len(seen) < count {
		select {
		case m := <-part.Messages():
			seen = append(seen, m)
		case <-time.After(10 * time.Second):
			return seen, fmt.Errorf("%d of %d messages", len(seen), count)
		}
	}
	select {
	case m := <-part.Messages():
		return seen, fmt.Errorf("one too many, at offset %d", m.Offset)
	case <-time.After(500 * time.Millisecond):
		return seen, nil
	}
}

func inOrder() error {
	name, err := topic("order", 1)
	if err != nil {
		return err
	}
	c := config()
	c.Producer.Compression = sarama.CompressionZSTD
	if err := produce(c, name, 1000); err != nil {
		return err
	}
	seen, err := read(c, name, 0, 1000)
	for i, m := range seen {
		if string(m.Value) != fmt.Sprintf("%06d", i) {
			return fmt.Errorf("%s at %d", m.Value, i)
		}
	}
	return err
}

type handler struct {
	seen  chan *sarama.ConsumerMessage
	limit int
}

func (h handler) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (h handler) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (h handler) ConsumeClaim(s sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case m := <-claim.Messages():
			if m == nil {
				return nil
			}
			if m.Offset < int64(h.limit) {
				s.MarkMessage(m, "")
			}
			h.seen <- m
		case <-s.Context().Done():
			return nil
		}
	}
}

func consume(name, id string, count, limit int) ([]*sarama.ConsumerMessage, error) {
	g, err := sarama.NewConsumerGroup(bootstrap, prefix+id, config())
	if err != nil {
		return nil, err
	}
	defer g.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	h := handler{make(chan *sarama.ConsumerMessage, 1000), limit}
	go func() {
		for ctx.Err() == nil {
			_ = g.Consume(ctx, []string{name}, h)
		}
	}()
	var seen []*sarama.ConsumerMessage
	for len(seen) < count {
		select {
		case m := <-h.seen:
			seen = append(seen, m)
		case <-time.After(15 * time.Second):
			return seen, fmt.Errorf("%d of %d messages", len(seen), count)
		}
	}
	return seen, nil
}

func group() error {
	name, err := topic("grouped", 1)
	if err != nil {
		return err
	}
	if err := produce(config(), name, 10); err != nil {
		return err
	}
	if _, err := consume(name, "resume", 10, 4); err != nil {
		return err
	}
	seen, err := consume(name, "resume", 6, 10)
	if err == nil && seen[0].Offset != 4 {
		return fmt.Errorf("it went on at offset %d", seen[0].Offset)
	}
	return err
}

func transactions() error {
	name, err := topic("tx", 1)
	if err != nil {
		return err
	}
	c := config()
	c.Producer.Transaction.ID = prefix + "tx"
	producer, err := sarama.NewSyncProducer(bootstrap, c)
	if err != nil {
		return err
	}
	for _, commit := range []bool{true, false, true} {
		if err := producer.BeginTxn(); err != nil {
			return err
		}
		message := &sarama.ProducerMessage{Topic: name, Value: sarama.StringEncoder(fmt.Sprint(commit))}
		if _, _, err := producer.SendMessage(message); err != nil {
			return err
		}
		end := producer.AbortTxn
		if commit {
			end = producer.CommitTxn
		}
		if err := end(); err != nil {
			return err
		}
	}
	if err := producer.Close(); err != nil {
		return err
	}
	committed := config()
	committed.Consumer.IsolationLevel = sarama.ReadCommitted
	if _, err := read(committed, name, 0, 2); err != nil {
		return err
	}
	_, err = read(config(), name, 0, 3)
	return err
}

func admin() error {
	name, err := topic("admin", 2)
	if err != nil {
		return err
	}
	if err := produce(config(), name, 20); err != nil {
		return err
	}
	adm, err := sarama.NewClusterAdmin(bootstrap, config())
	if err != nil {
		return err
	}
	defer adm.Close()
	if err := adm.CreatePartitions(name, 4, nil, false); err != nil {
		return err
	}
	value := "1234"
	if err := adm.AlterConfig(sarama.TopicResource, name, map[string]*string{"retention.ms": &value}, false); err != nil {
		return err
	}
	entries, err := adm.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: name})
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name == "retention.ms" && entry.Value != value {
			return fmt.Errorf("retention.ms is %s", entry.Value)
		}
	}
	if err := adm.DeleteRecords(name, map[int32]int64{0: 1}); err != nil {
		return err
	}
	if _, err := adm.ListConsumerGroups(); err != nil {
		return err
	}
	if _, _, err := adm.DescribeCluster(); err != nil {
		return err
	}
	return adm.DeleteTopic(name)
}
