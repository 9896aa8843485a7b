"""confluent-kafka-python (librdkafka) against the broker at BOOTSTRAP."""

import os
import time

import confluent_kafka as ck
from confluent_kafka import admin as ka
from checks import equal, run

bootstrap = os.environ["BOOTSTRAP"]
prefix = f"ck-{os.getpid()}-"
base = {"bootstrap.servers": bootstrap, "client.id": "confluent-python"}
admin = ka.AdminClient(base)
deadline_s = 20


def topic(name, partitions=1, **config):
    full = prefix + name
    admin.create_topics([ka.NewTopic(full, partitions, 1, config=config)])[full].result(deadline_s)
    return full


def producer(**more):
    return ck.Producer({**base, "linger.ms": 5, **more})


def send(p, name, pairs, **more):
    failed = []
    for key, value in pairs:
        p.produce(name, key=key, value=value, on_delivery=lambda error, _: error and failed.append(str(error)), **more)
    equal(p.flush(deadline_s), 0, "left in the queue:")
    equal(failed, [], "failed:")


def consumer(group, **more):
    return ck.Consumer(
        {**base, "group.id": prefix + group, "auto.offset.reset": "earliest", "enable.auto.commit": False, **more}
    )


def poll(c, count, quiet_s=0.0):
    """Reads until there are `count` messages, and then that nothing follows for `quiet_s`."""
    found, until = [], time.monotonic() + deadline_s
    while len(found) < count and time.monotonic() < until:
        message = c.poll(0.2)
        if message is None:
            continue
        if message.error():
            raise AssertionError(str(message.error()))
        found.append(message)
    if quiet_s:
        extra = c.poll(quiet_s)
        if extra is not None:
            found.append(extra)
    equal(len(found), count, "messages:")
    return found


def read_all(name, count, **more):
    c = consumer(f"read-{name}-{time.monotonic_ns()}", **more)
    c.subscribe([name])
    try:
        return poll(c, count, 0.5)
    finally:
        c.close()


def keyed_in_order(codec):
    def check():
        name = topic(f"codec-{codec}", 3)
        pairs = [(f"k{i % 7}", f"v{i}") for i in range(2_000)]
        send(producer(**{"compression.type": codec, "enable.idempotence": True}), name, pairs)
        got = [(m.key().decode(), m.value().decode()) for m in read_all(name, len(pairs))]
        for key in {k for k, _ in pairs}:
            equal([v for k, v in got if k == key], [v for k, v in pairs if k == key], f"order of {key}:")

    return check


def headers_nulls_and_time():
    name = topic("shape")
    p = producer()
    p.produce(name, value=None, key=b"tombstone", headers=[("a", b"1"), ("b", None)], timestamp=1_700_000_000_123)
    p.flush(deadline_s)
    (m,) = read_all(name, 1)
    equal((m.key(), m.value(), m.headers()), (b"tombstone", None, [("a", b"1"), ("b", None)]))
    equal(m.timestamp(), (ck.TIMESTAMP_CREATE_TIME, 1_700_000_000_123))


def too_large():
    name = topic("small", **{"max.message.bytes": "1000"})
    errors = []
    p = producer()
    p.produce(name, value=os.urandom(5_000), on_delivery=lambda error, _: errors.append(error.name()))
    p.flush(deadline_s)
    equal(errors, ["MSG_SIZE_TOO_LARGE"])


def acks_none():
    name = topic("acks0")
    send(producer(acks=0), name, [("k", f"v{i}") for i in range(100)])
    read_all(name, 100)


def commit_and_resume():
    name = topic("resume")
    send(producer(), name, [("k", f"v{i}") for i in range(10)])
    c = consumer("resume")
    c.subscribe([name])
    fourth = poll(c, 4)[-1]
    c.commit(message=fourth, asynchronous=False)
    c.close()
    c = consumer("resume")
    c.subscribe([name])
    equal([m.offset() for m in poll(c, 6, 0.5)], [4, 5, 6, 7, 8, 9])
    equal(c.committed([ck.TopicPartition(name, 0)], timeout=deadline_s)[0].offset, 4)
    c.close()


def rebalance(strategy):
    def check():
        name = topic(f"shared-{strategy}", 4)
        config = {"partition.assignment.strategy": strategy, "session.timeout.ms": 6_000, "heartbeat.interval.ms": 200}
        one, two = consumer(f"share-{strategy}", **config), consumer(f"share-{strategy}", **config)
        one.subscribe([name])
        two.subscribe([name])
        shared_out([one, two], 2, 2)
        two.close()
        shared_out([one], 4)
        one.close()

    return check


def shared_out(consumers, *expected):
    until = time.monotonic() + deadline_s
    while time.monotonic() < until:
        for c in consumers:
            c.poll(0.05)
        if sorted(len(c.assignment()) for c in consumers) == sorted(expected):
            return
    raise AssertionError(f"assignment {[len(c.assignment()) for c in consumers]}, expected {expected}")


def static_member():
    name = topic("static", 2)
    config = {"group.instance.id": "one", "session.timeout.ms": 20_000}
    first = consumer("static", **config)
    first.subscribe([name])
    shared_out([first], 2)
    first.close()  # a static member does not leave
    second = consumer("static", **config)
    second.subscribe([name])
    began = time.monotonic()
    shared_out([second], 2)
    second.close()
    assert time.monotonic() - began < 10, "the same member was not known again"


def transactions():
    name = topic("tx", 2)
    p = producer(**{"transactional.id": prefix + "tx"})
    p.init_transactions(deadline_s)
    for commit in (True, False, True):
        p.begin_transaction()
        for i in range(5):
            p.produce(name, key=f"k{i}", value=f"{commit}")
        p.flush(deadline_s)
        if commit:
            p.commit_transaction(deadline_s)
        else:
            p.abort_transaction(deadline_s)
    read_all(name, 10, **{"isolation.level": "read_committed"})
    read_all(name, 15, **{"isolation.level": "read_uncommitted"})


def exactly_once_offsets():
    source, target = topic("from"), topic("to")
    send(producer(), source, [("k", f"v{i}") for i in range(6)])
    p = producer(**{"transactional.id": prefix + "eos"})
    p.init_transactions(deadline_s)
    for commit in (False, True):
        c = consumer("eos", **{"isolation.level": "read_committed"})
        c.subscribe([source])
        messages = poll(c, 6)
        p.begin_transaction()
        for m in messages:
            p.produce(target, value=m.value())
        p.send_offsets_to_transaction(c.position(c.assignment()), c.consumer_group_metadata(), deadline_s)
        if commit:
            p.commit_transaction(deadline_s)
        else:
            p.abort_transaction(deadline_s)
        c.close()
    read_all(target, 6, **{"isolation.level": "read_committed"})
    c = consumer("eos")
    equal(c.committed([ck.TopicPartition(source, 0)], timeout=deadline_s)[0].offset, 6)
    c.close()


def fencing():
    name = topic("fenced")
    old, new = (producer(**{"transactional.id": prefix + "fence"}) for _ in range(2))
    old.init_transactions(deadline_s)
    old.begin_transaction()
    old.produce(name, value="old")
    old.flush(deadline_s)
    new.init_transactions(deadline_s)
    try:
        old.commit_transaction(deadline_s)
    except ck.KafkaException as error:
        assert error.args[0].fatal(), f"not fatal: {error}"
    else:
        raise AssertionError("a fenced producer could commit")
    read_all(name, 0, **{"isolation.level": "read_committed"})


def soon(holds, what):
    until = time.monotonic() + deadline_s
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"it did not come about: {what}")
        time.sleep(0.1)


def topics_and_partitions():
    name = topic("admin", 2, **{"retention.ms": "60000"})
    admin.create_partitions([ka.NewPartitions(name, 5)])[name].result(deadline_s)
    soon(lambda: len(admin.list_topics(name, deadline_s).topics[name].partitions) == 5, "five partitions")
    described = admin.describe_topics(ck.TopicCollection([name]))[name].result(deadline_s)
    equal(len(described.partitions), 5)
    try:
        admin.create_topics([ka.NewTopic(name, 1, 1)])[name].result(deadline_s)
    except ck.KafkaException as error:
        equal(error.args[0].name(), "TOPIC_ALREADY_EXISTS")
    else:
        raise AssertionError("the topic was created twice")
    admin.delete_topics([name])[name].result(deadline_s)
    soon(lambda: name not in admin.list_topics(timeout=deadline_s).topics, "the topic is gone")


def configs():
    name = topic("configs")
    resource = ka.ConfigResource(ka.ResourceType.TOPIC, name)
    entry = ka.ConfigEntry("retention.ms", "1234", incremental_operation=ka.AlterConfigOpType.SET)
    change = ka.ConfigResource(ka.ResourceType.TOPIC, name, incremental_configs=[entry])
    admin.incremental_alter_configs([change])[change].result(deadline_s)
    values = admin.describe_configs([resource])[resource].result(deadline_s)
    equal((values["retention.ms"].value, values["retention.ms"].is_default), ("1234", False))
    equal(values["cleanup.policy"].value, "delete")


def groups():
    name, group = topic("grouped"), prefix + "described"
    send(producer(), name, [("k", "v")])
    c = consumer("described")
    c.subscribe([name])
    c.commit(message=poll(c, 1)[0], asynchronous=False)
    described = admin.describe_consumer_groups([group])[group].result(deadline_s)
    equal((described.state.name, len(described.members)), ("STABLE", 1))
    listed = admin.list_consumer_groups().result()
    assert group in [g.group_id for g in listed.valid], listed.errors
    c.close()
    asked = [ck.ConsumerGroupTopicPartitions(group, [ck.TopicPartition(name, 0)])]
    (partition,) = admin.list_consumer_group_offsets(asked)[group].result(deadline_s).topic_partitions
    equal(partition.offset, 1)
    changed = [ck.ConsumerGroupTopicPartitions(group, [ck.TopicPartition(name, 0, 0)])]
    admin.alter_consumer_group_offsets(changed)[group].result(deadline_s)
    admin.delete_consumer_groups([group])[group].result(deadline_s)
    assert group not in [g.group_id for g in admin.list_consumer_groups().result().valid]


def offsets_and_records():
    name = topic("offsets")
    send(producer(), name, [("k", f"v{i}") for i in range(10)])
    place = ck.TopicPartition(name, 0)

    def offset(spec):
        return admin.list_offsets({place: spec})[place].result(deadline_s).offset

    equal((offset(ka.OffsetSpec.earliest()), offset(ka.OffsetSpec.latest())), (0, 10))
    equal(offset(ka.OffsetSpec.for_timestamp(int(time.time() * 1000) + 60_000)), -1)
    deleted = admin.delete_records([ck.TopicPartition(name, 0, 4)])[ck.TopicPartition(name, 0, 4)].result(deadline_s)
    equal(deleted.low_watermark, 4)
    equal([m.offset() for m in read_all(name, 6)], [4, 5, 6, 7, 8, 9])


def cluster():
    described = admin.describe_cluster().result(deadline_s)
    assert described.cluster_id and described.controller and len(described.nodes) >= 1


run(
    f"confluent-kafka {ck.__version__}, librdkafka {ck.libversion()[0]}",
    [
        *[(f"records in order, {codec}", keyed_in_order(codec)) for codec in ("none", "gzip", "snappy", "lz4", "zstd")],
        ("headers, tombstones, timestamps", headers_nulls_and_time),
        ("a record that is too large is refused", too_large),
        ("acks=0", acks_none),
        ("commit and resume", commit_and_resume),
        ("rebalance, range", rebalance("range")),
        ("rebalance, cooperative-sticky", rebalance("cooperative-sticky")),
        ("static members", static_member),
        ("transactions", transactions),
        ("offsets in a transaction", exactly_once_offsets),
        ("fencing", fencing),
        ("admin: topics, partitions", topics_and_partitions),
        ("admin: configs", configs),
        ("admin: groups", groups),
        ("admin: offsets, records", offsets_and_records),
        ("admin: cluster", cluster),
    ],
)
