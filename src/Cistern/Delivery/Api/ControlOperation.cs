using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Shapes;

namespace Cistern.Delivery.Api;

/// <summary>The shape of an operation's input, and what does it.</summary>
internal sealed record ControlOperation(Structure Input, Func<Caller, JsonObject, JsonObject> Run);
