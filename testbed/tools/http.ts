/** GET, as text. @throws an Error for any answer other than 2xx. */
export const getText = async (url: string, signal: AbortSignal): Promise<string> => {
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return text;
};

/** GET, as JSON; the caller's schema says what is in it. */
export const getJson = async (url: string, signal: AbortSignal): Promise<unknown> =>
  JSON.parse(await getText(url, signal));
