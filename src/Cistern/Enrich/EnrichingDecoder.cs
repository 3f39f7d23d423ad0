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
            _enricher.Enrich(part.Requests, context.Privacy);
            take(part);
        };
        try
        {
            var fault = _decoder.Decode(context, body, into);
            if (fault is null)
            {
                _enricher.Enrich(into.Requests, context.Privacy);
            }

            return fault;
        }
        finally
        {
            // What is left is handed over by another thread, with its columns set.
            into.Full = take;
        }
    }
}
