/**
 * Why a connection is over, as people read it. A broker that is asked for something it does not give to strangers, or
 * gets what it takes for no request, says nothing and closes: when it does so is all there is to go by.
 * @param reason what the stream said; `undefined`: the other end closed it
 * @param cutBytes how much of an unfinished answer had come
 * @param answers how many requests were answered before
 */
export function whyClosed(
  reason: Error | undefined,
  cutBytes: number,
  answers: number,
  authenticates: boolean,
): string {
  if (reason !== undefined) return reason.message + cut(cutBytes)
  if (cutBytes > 0) return `it was closed${cut(cutBytes)}`
  if (answers === 0) return 'it was closed before anything was answered: what listens there may expect TLS (ssl)'
  if (answers === 1 && !authenticates)
    return 'it was closed by the broker at the first request: it may ask who we are (sasl)'
  return 'it was closed'
}

function cut(bytes: number): string {
  return bytes === 0 ? '' : `, in the middle of an answer of which ${bytes} bytes had come`
}
