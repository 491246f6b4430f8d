/** Saves what a route answers as a file: a link alone would come without the session. */

/** Gives the answer's headers. Raises `NatError`. */
export async function download(call: Promise<{ response: Response; data?: unknown }>): Promise<Headers> {
  const { response, data } = await call;
  const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "");
  const url = URL.createObjectURL(data as Blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = named?.[1] ?? "export";
  link.click();
  // The browser has taken the address by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return response.headers;
}
