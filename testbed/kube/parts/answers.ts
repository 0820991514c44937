/** Whether a GET is answered with 2xx. */
export const answers = async (url: string, signal: AbortSignal): Promise<boolean> => {
  const response = await fetch(url, { signal });
  await response.body?.cancel();
  return response.ok;
};
