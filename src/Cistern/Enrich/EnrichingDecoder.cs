using System.Buffers;
using Cistern.Enrich.Rules;
using Cistern.Formats.Deliveries;

namespace Cistern.Enrich;

/// <summary>Decodes a body and sets what the rules say of its rows: where <see cref="DeliveryDecoder"/> ends and the store begins.</summary>
/// <remarks>One delivery at a time, as the decoder. Parts of a large body are enriched before they are handed over.</remarks>
internal sealed class EnrichingDecoder(RuleStore rules)
{
    private readonly DeliveryDecoder _decoder = new();
    private readonly Enricher _enricher = new(rules);

    /// <inheritdoc cref="DeliveryDecoder.Detail"/>
    public string? Detail => _decoder.Detail;

    /// <inheritdoc cref="DeliveryDecoder.Decode"/>
    public DeliveryFault? Decode(DeliveryContext context, ReadOnlySequence<byte> body, DecodedDelivery into)
    {
        var take = into.Full;
        into.Full = take is null ? null : part =>
        {
            Enrich(part, context);
            take(part);
        };
        try
        {
            var fault = _decoder.Decode(context, body, into);
            if (fault is null)
            {
                Enrich(into, context);
            }

            return fault;
        }
        finally
        {
            // What is left is handed over by another thread, with its columns set.
            into.Full = take;
        }
    }

    private void Enrich(DecodedDelivery rows, DeliveryContext context)
    {
        _enricher.Enrich(rows.Requests, context.Privacy);
        rows.Rules = _enricher.Version.Number;
    }
}
