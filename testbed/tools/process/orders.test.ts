import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { listenForOrders, sendOrder } from './orders.ts';

describe('orders', () => {
  it('are obeyed, and what is said meanwhile comes back line by line', async () => {
    await using directory = await temporaryDirectory();
    const stop = new AbortController();
    const socket = join(directory.path, 'socket');
    await listenForOrders(
      socket,
      async (order, say) => {
        say(`got ${JSON.stringify(order)}`);
        say('done');
      },
      stop.signal,
    );
    const said: string[] = [];
    await sendOrder(socket, 'the test', { verb: 'go' }, (line) => said.push(line));
    expect(said).toEqual(['got {"verb":"go"}', 'done']);
    stop.abort();
  });

  it('that cannot be obeyed fail with the words of the one who could not, all lines of them', async () => {
    await using directory = await temporaryDirectory();
    const stop = new AbortController();
    const socket = join(directory.path, 'socket');
    const refuse = () => Promise.reject(new Error('it broke\nand this is how'));
    await listenForOrders(socket, refuse, stop.signal);
    await expect(sendOrder(socket, 'the test', {}, () => undefined)).rejects.toThrow(
      /it broke\nand this is how/,
    );
    stop.abort();
  });

  it('to nobody say so', async () => {
    await expect(sendOrder('/nowhere/socket', 'the demo', {}, () => undefined)).rejects.toThrow(
      'the demo does not answer',
    );
  });
});
