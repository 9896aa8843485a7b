import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a whole topic with Confluent's Parallel Consumer in the order of its keys, nothing to do in the handler, and
 * prints what that cost from the first record to the last: one line of JSON, the last line that it prints.
 *
 * <p>Arguments: bootstrap, topic, records, group, maxConcurrency.
 */
public final class ParallelConsumerBench {
  private static final AtomicLong handled = new AtomicLong();
  private static volatile long startNanos;
  private static volatile long startCpuNanos;

  public static void main(String[] args) {
    long records = Long.parseLong(args[2]);
    var consumer = new KafkaConsumer<byte[], byte[]>(Map.of(
        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0],
        ConsumerConfig.GROUP_ID_CONFIG, args[3],
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
        // Parallel Consumer commits by itself, and refuses a consumer that does too.
        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class,
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class));
    ParallelStreamProcessor<byte[], byte[]> processor = ParallelStreamProcessor.createEosStreamProcessor(
        ParallelConsumerOptions.<byte[], byte[]>builder()
            .consumer(consumer)
            .ordering(ProcessingOrder.KEY)
            .maxConcurrency(Integer.parseInt(args[4]))
            .build());
    processor.subscribe(List.of(args[1]));
    processor.poll(context -> count(records));
  }

  private static void count(long records) {
    long sofar = handled.incrementAndGet();
    if (sofar == 1) {
      startCpuNanos = cpuNanos();
      startNanos = System.nanoTime();
    }
    if (sofar == records) report(records);
  }

  private static void report(long records) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double cpuMicros = (cpuNanos() - startCpuNanos) / 1e3;
    System.out.printf(
        Locale.ROOT,
        "{\"recordsPerSecond\": %.1f, \"cpuMicrosPerRecord\": %.3f}%n",
        records / seconds,
        cpuMicros / records);
    System.out.flush();
    // Not closed in order: that would wait for its threads, of which this is one.
    Runtime.getRuntime().halt(0);
  }

  /** User and system time of this process, all its threads, the compilers' and the collector's too. */
  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
