/**
 * A stream of bytes to its end, as text.
 *
 * @param tooLong makes the error to throw for more than `largestBytes`; the stream is then left, which ends it.
 */
export const readBounded = async (
  stream: AsyncIterable<unknown>,
  largestBytes: number,
  tooLong: (message: string) => Error,
): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestBytes) throw tooLong(`an answer of more than ${largestBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
