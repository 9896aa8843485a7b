"""aiokafka against the broker at BOOTSTRAP."""

import asyncio
import os
import time

import aiokafka
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import ProducerFenced
from checks import equal, run

bootstrap = os.environ["BOOTSTRAP"]
prefix = f"aio-{os.getpid()}-"


async def topic(name, partitions=1):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(prefix + name, partitions, 1)])
    finally:
        await admin.close()
    return prefix + name


async def send(name, pairs, **config):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, **config) as producer:
        sent = [await producer.send(name, value.encode(), key.encode()) for key, value in pairs]
        await asyncio.gather(*sent)


def consumer(name, group=None, **config):
    return AIOKafkaConsumer(
        name,
        bootstrap_servers=bootstrap,
        group_id=group and prefix + group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        **config,
    )


async def poll(c, count):
    found = []
    until = time.monotonic() + 20
    while len(found) < count and time.monotonic() < until:
        for records in (await c.getmany(timeout_ms=200)).values():
            found += records
    for records in (await c.getmany(timeout_ms=500)).values():
        found += records
    equal(len(found), count, "messages:")
    return found


async def read_all(name, count, **config):
    async with consumer(name, **config) as c:
        return await poll(c, count)


async def in_order():
    name = await topic("order", 3)
    pairs = [(f"k{i % 7}", f"v{i}") for i in range(2_000)]
    await send(name, pairs, compression_type="gzip", enable_idempotence=True)
    got = [(m.key.decode(), m.value.decode()) for m in await read_all(name, len(pairs))]
    for key in {k for k, _ in pairs}:
        equal([v for k, v in got if k == key], [v for k, v in pairs if k == key], f"order of {key}:")


async def resume():
    name = await topic("resume")
    await send(name, [("k", f"v{i}") for i in range(10)])
    async with consumer(name, "resume") as c:
        await poll(c, 10)
        await c.commit({TopicPartition(name, 0): 4})
    async with consumer(name, "resume") as c:
        equal([m.offset for m in await poll(c, 6)], [4, 5, 6, 7, 8, 9])


async def rebalance():
    name = await topic("shared", 4)
    config = {"heartbeat_interval_ms": 200, "session_timeout_ms": 6_000, "metadata_max_age_ms": 5_000}
    async with consumer(name, "shared", **config) as one:
        async with consumer(name, "shared", **config) as two:
            await shared_out([one, two], [2, 2])
        await shared_out([one], [4])


async def shared_out(consumers, expected):
    until = time.monotonic() + 20
    while [len(c.assignment()) for c in consumers] != expected:
        if time.monotonic() > until:
            raise AssertionError(f"assignment {[len(c.assignment()) for c in consumers]}, expected {expected}")
        await asyncio.gather(*(c.getmany(timeout_ms=50) for c in consumers))


async def transactions():
    name = await topic("tx")
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=prefix + "tx") as producer:
        async with producer.transaction():
            await producer.send_and_wait(name, b"a")
        await producer.begin_transaction()
        await producer.send_and_wait(name, b"b")
        await producer.abort_transaction()
        async with producer.transaction():
            await producer.send_and_wait(name, b"c")
            await producer.send_offsets_to_transaction({TopicPartition(name, 0): 3}, prefix + "tx-group")
    equal([m.value for m in await read_all(name, 2, isolation_level="read_committed")], [b"a", b"c"])
    await read_all(name, 3)
    async with consumer(name, "tx-group") as c:
        equal(await c.committed(TopicPartition(name, 0)), 3)


async def fencing():
    name = await topic("fenced")
    old, new = (AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=prefix + "fence") for _ in range(2))
    await old.start()
    await old.begin_transaction()
    await old.send_and_wait(name, b"old")
    await new.start()
    try:
        await old.send_and_wait(name, b"late")
        await old.commit_transaction()
    except ProducerFenced:
        pass
    else:
        raise AssertionError("a fenced producer could commit")
    finally:
        await new.stop()
        await old.stop()
    await read_all(name, 0, isolation_level="read_committed")


async def admin():
    name = await topic("admin", 2)
    await send(name, [("k", "v")])
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        (described,) = await client.describe_topics([name])
        equal(len(described["partitions"]), 2)
        async with consumer(name, "described") as c:
            await poll(c, 1)
            await c.commit()
            (answer,) = await client.describe_consumer_groups([prefix + "described"])
            equal(answer.groups[0][2], "Stable")
        offsets = await client.list_consumer_group_offsets(prefix + "described")
        equal(sum(offset.offset for offset in offsets.values() if offset.offset > 0), 1)
        await client.delete_topics([name])
        assert name not in await client.list_topics()
    finally:
        await client.close()


def steps(*checks):
    return [(name, lambda step=step: asyncio.run(asyncio.wait_for(step(), 60))) for name, step in checks]


run(
    f"aiokafka {aiokafka.__version__}",
    steps(
        ("records in order, gzip, idempotent", in_order),
        ("commit and resume", resume),
        ("two members share a topic", rebalance),
        ("transactions, with offsets", transactions),
        ("fencing", fencing),
        ("admin: topics, groups", admin),
    ),
)
