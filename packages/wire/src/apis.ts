import { produceApi } from './apis/00-produce.ts'
import { fetchApi } from './apis/01-fetch.ts'
import { listOffsetsApi } from './apis/02-list-offsets.ts'
import { metadataApi } from './apis/03-metadata.ts'
import { offsetCommitApi } from './apis/08-offset-commit.ts'
import { offsetFetchApi } from './apis/09-offset-fetch.ts'
import { findCoordinatorApi } from './apis/10-find-coordinator.ts'
import { joinGroupApi } from './apis/11-join-group.ts'
import { heartbeatApi } from './apis/12-heartbeat.ts'
import { leaveGroupApi } from './apis/13-leave-group.ts'
import { syncGroupApi } from './apis/14-sync-group.ts'
import { describeGroupsApi } from './apis/15-describe-groups.ts'
import { listGroupsApi } from './apis/16-list-groups.ts'
import { saslHandshakeApi } from './apis/17-sasl-handshake.ts'
import { apiVersionsApi } from './apis/18-api-versions.ts'
import { createTopicsApi } from './apis/19-create-topics.ts'
import { deleteTopicsApi } from './apis/20-delete-topics.ts'
import { deleteRecordsApi } from './apis/21-delete-records.ts'
import { initProducerIdApi } from './apis/22-init-producer-id.ts'
import { offsetForLeaderEpochApi } from './apis/23-offset-for-leader-epoch.ts'
import { addPartitionsToTxnApi } from './apis/24-add-partitions-to-txn.ts'
import { addOffsetsToTxnApi } from './apis/25-add-offsets-to-txn.ts'
import { endTxnApi } from './apis/26-end-txn.ts'
import { txnOffsetCommitApi } from './apis/28-txn-offset-commit.ts'
import { describeAclsApi } from './apis/29-describe-acls.ts'
import { createAclsApi } from './apis/30-create-acls.ts'
import { deleteAclsApi } from './apis/31-delete-acls.ts'
import { describeConfigsApi } from './apis/32-describe-configs.ts'
import { alterConfigsApi } from './apis/33-alter-configs.ts'
import { describeLogDirsApi } from './apis/35-describe-log-dirs.ts'
import { saslAuthenticateApi } from './apis/36-sasl-authenticate.ts'
import { createPartitionsApi } from './apis/37-create-partitions.ts'
import { deleteGroupsApi } from './apis/42-delete-groups.ts'
import { incrementalAlterConfigsApi } from './apis/44-incremental-alter-configs.ts'
import { listPartitionReassignmentsApi } from './apis/46-list-partition-reassignments.ts'
import { offsetDeleteApi } from './apis/47-offset-delete.ts'
import { describeClientQuotasApi } from './apis/48-describe-client-quotas.ts'
import { updateFeaturesApi } from './apis/57-update-features.ts'
import { describeClusterApi } from './apis/60-describe-cluster.ts'
import { describeProducersApi } from './apis/61-describe-producers.ts'
import { describeTransactionsApi } from './apis/65-describe-transactions.ts'
import { listTransactionsApi } from './apis/66-list-transactions.ts'
import { consumerGroupHeartbeatApi } from './apis/68-consumer-group-heartbeat.ts'
import { consumerGroupDescribeApi } from './apis/69-consumer-group-describe.ts'
import { listConfigResourcesApi } from './apis/74-list-config-resources.ts'
import { describeTopicPartitionsApi } from './apis/75-describe-topic-partitions.ts'

/** Every API that is described here, by its key. */
export const apis = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetFetchApi,
  findCoordinatorApi,
  joinGroupApi,
  heartbeatApi,
  leaveGroupApi,
  syncGroupApi,
  describeGroupsApi,
  listGroupsApi,
  saslHandshakeApi,
  apiVersionsApi,
  createTopicsApi,
  deleteTopicsApi,
  deleteRecordsApi,
  initProducerIdApi,
  offsetForLeaderEpochApi,
  addPartitionsToTxnApi,
  addOffsetsToTxnApi,
  endTxnApi,
  txnOffsetCommitApi,
  describeAclsApi,
  createAclsApi,
  deleteAclsApi,
  describeConfigsApi,
  alterConfigsApi,
  describeLogDirsApi,
  saslAuthenticateApi,
  createPartitionsApi,
  deleteGroupsApi,
  incrementalAlterConfigsApi,
  listPartitionReassignmentsApi,
  offsetDeleteApi,
  describeClientQuotasApi,
  updateFeaturesApi,
  describeClusterApi,
  describeProducersApi,
  describeTransactionsApi,
  listTransactionsApi,
  consumerGroupHeartbeatApi,
  consumerGroupDescribeApi,
  listConfigResourcesApi,
  describeTopicPartitionsApi,
] as const

/** One of {@link apis}; its `name` and its `key` tell which. */
export type KnownApi = (typeof apis)[number]

let byKey: ReadonlyMap<number, KnownApi> | undefined

/** The API with that key, or `undefined` where none is described here. */
export function apiByKey(key: number): KnownApi | undefined {
  // Made at the first use, so that a bundler can leave out the APIs of a program that asks for none by its key.
  byKey ??= new Map(apis.map((api) => [api.key, api]))
  return byKey.get(key)
}
