using Cistern.Commands.Sending;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Importing;

/// <summary>How an import is to be done.</summary>
/// <param name="Attributes">The common attributes of every delivery: field list and sampling.</param>
/// <param name="Reading">The same as one text, which belongs to the delivery ids.</param>
internal sealed record ImportPlan(IReadOnlyList<ImportFile> Files, Dictionary<string, string> Attributes, string Reading, int Parallel, TimeSpan RetryFor);

/// <summary>Sends files, one after another, several deliveries at a time.</summary>
internal sealed class Importer(CommandContext context, ServerAccess server, ImportPlan plan, ImportSummary summary, ProgressLine progress)
{
    public const string Route = "/v1/logs/aws_data_firehose_cloudfront";

    private readonly long _bytesTotal = Math.Max(1, plan.Files.Sum(file => file.Bytes));
    private long _bytesBefore;

    public async Task RunAsync(CancellationToken cancel)
    {
        using var http = new HttpMessageInvoker(FirehoseSender.CreateHandler(server.Url));
        foreach (var file in plan.Files)
        {
            await ImportAsync(file, http, cancel);
            _bytesBefore += file.Bytes;
            summary.Files++;
        }
    }

    private async Task ImportAsync(ImportFile file, HttpMessageInvoker http, CancellationToken cancel)
    {
        using var reader = new ImportReader(file, plan.Reading, gzip: !server.Url.IsLoopback, context.Time);
        var pump = new DeliveryPump<ImportDelivery>(CreateSender(file, http), delivery => delivery.Delivery, plan.Parallel, Done, cancel);
        try
        {
            await foreach (var delivery in reader.ReadAsync(cancel))
            {
                await pump.SendAsync(delivery, cancel);
                progress.Show(() => Status(file), (_bytesBefore + reader.BytesRead) / (double)_bytesTotal);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            summary.FilesFailed++;
            progress.Note($"cannot import {file.Path} to its end: {exception.Message}");
        }

        await pump.CompleteAsync();
        summary.TooLong += reader.TooLong;
    }

    private FirehoseSender CreateSender(ImportFile file, HttpMessageInvoker http)
    {
        var destination = new HttpDestination
        {
            Url = new Uri(server.Url, Route),
            SourceArn = file.Arn,
            AccessKey = server.Key,
            CommonAttributes = plan.Attributes,
            ExtraHeaders = new Dictionary<string, string> { ["X-Cistern-Repeat-Scope"] = "import" },
            RetryWindow = plan.RetryFor,
            GiveUpWhenRefused = true,
        };
        var sender = new FirehoseSender(http, destination, context.Time, Random.Shared);
        sender.Retrying += (_, attempt, pause) => progress.Note($"{file.Name}: will be tried again in {Units.Seconds(pause.TotalSeconds)}: {attempt.Message}");
        return sender;
    }

    private void Done(ImportDelivery delivery, DeliveryOutcome outcome)
    {
        summary.Add(delivery, outcome);
        if (!outcome.Delivered)
        {
            // The first refusal says it all; the files that are left would be refused alike.
            throw new CommandFailedException($"cannot import {delivery.File.Path}: {outcome.Last.Message}");
        }
    }

    private string Status(ImportFile file) => $"{file.Name}, {Units.Count(summary.Lines)} lines";
}
