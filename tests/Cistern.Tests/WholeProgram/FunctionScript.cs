using Cistern.Tests.Journal;

namespace Cistern.Tests.WholeProgram;

/// <summary>A function that is a Node.js script and speaks the Lambda Runtime API: the one of a tutorial that skips short lines, one that throws, one that answers rubbish, one that hangs.</summary>
internal sealed class FunctionScript : IDisposable
{
    private const string Text = """
        const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
        const post = (path, body) => fetch(`${api}/${path}`, { method: 'POST', body });
        for (;;) {
          const next = await fetch(`${api}/next`);
          const id = next.headers.get('lambda-runtime-aws-request-id');
          const event = await next.json();
          switch (process.argv[2]) {
            case 'throw': await post(`${id}/error`, JSON.stringify({ errorType: 'TypeError', errorMessage: 'x is not a function' })); break;
            case 'rubbish': await post(`${id}/response`, 'not JSON'); break;
            case 'hang': await new Promise(() => setTimeout(() => {}, 1e9)); break;
            default: {
              const records = [];
              for (const record of event.records) {
                if (Buffer.from(record.data, 'base64').length < 10) continue;
                records.push({ recordId: record.recordId, result: 'Ok', data: record.data });
              }
              await post(`${id}/response`, JSON.stringify({ records }));
            }
          }
        }
        """;

    private readonly ScratchFolder _folder = new();

    public FunctionScript() => File.WriteAllText(Path.Combine(_folder, "function.mjs"), Text);

    public string Command(string mode) => $"node {Path.Combine(_folder, "function.mjs")} {mode}";

    public void Dispose() => _folder.Dispose();
}
