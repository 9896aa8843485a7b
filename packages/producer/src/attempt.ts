/** Calls, and gives a promise also where the call itself throws. */
export async function attempt<T>(call: () => Promise<T>): Promise<T> {
  return call()
}
