using System.Text;
using Cistern.Enrich.Rules;

namespace Cistern.Enrich.Proof;

/// <param name="Agent">Who it is: the claimed agent, or whom the proof names where nobody is claimed; null if that is unknown.</param>
/// <param name="Operator">The column <c>operator</c>, where the proof names an operator and no agent: one list covers several.</param>
internal readonly record struct Verdict(ProofValue Proof, AgentRule? Agent, byte[]? Operator);

/// <summary>Compares what a reader claims with what is proven. Never merges the two: a claim stays the claim.</summary>
internal sealed class Judge
{
    private readonly AddressLists _lists;
    // By identity: to compare rules member by member costs more than all else here.
    private readonly Dictionary<AgentRule, int[]> _ownLists = new(ReferenceEqualityComparer.Instance);
    private readonly AgentRule?[] _agentOfList;
    private readonly byte[][] _operatorOfList;
    private readonly Dictionary<string, AgentRule> _agentOfSigner;

    public Judge(IReadOnlyList<AgentRule> agents, AddressLists lists)
    {
        _lists = lists;
        _agentOfList = [.. lists.Sources.Select(source => agents.FirstOrDefault(agent => agent.Name == source.Agent))];
        _operatorOfList = [.. lists.Sources.Select(source => Encoding.UTF8.GetBytes(source.Operator))];
        _agentOfSigner = agents.Where(agent => agent.Signer.Length > 0).GroupBy(agent => agent.Signer).ToDictionary(one => one.Key, one => one.First(), StringComparer.Ordinal);
        foreach (var agent in agents)
        {
            _ownLists[agent] = [.. agent.Lists.Select(lists.PlaceOf).Where(place => place >= 0)];
        }
    }

    /// <param name="naming">What the user agent says.</param>
    /// <param name="net">Places of the lists that held the address, the narrowest range first.</param>
    /// <param name="addressIsKnown">The address is as the log had it; else nothing is said about it.</param>
    /// <param name="hasSignature">There are headers of a signature.</param>
    /// <param name="signer">The host whose signature holds; null if none does.</param>
    public Verdict Of(Naming.Naming naming, ReadOnlySpan<int> net, long micros, bool addressIsKnown, bool hasSignature, string? signer)
    {
        if (naming.IsRefusedToken)
        {
            return new Verdict(ProofValue.Mismatch, null, null);
        }

        return naming.Agent is { } claim ? OfClaim(claim, net, micros, addressIsKnown, hasSignature, signer) : OfNobody(net, hasSignature, signer);
    }

    private Verdict OfClaim(AgentRule claim, ReadOnlySpan<int> net, long micros, bool addressIsKnown, bool hasSignature, string? signer)
    {
        if (signer is not null && _agentOfSigner.TryGetValue(signer, out var signed) && signed.Operator == claim.Operator)
        {
            return new Verdict(ProofValue.Signed, claim, null);
        }

        foreach (var list in net)
        {
            if (_lists.Sources[list].Operator == claim.Operator)
            {
                return new Verdict(ProofValue.Address, claim, null);
            }
        }

        var own = _ownLists[claim];
        var proof = addressIsKnown && own.Length > 0 && AllComplete(own, micros) ? ProofValue.Mismatch
            : hasSignature ? ProofValue.SignedUnchecked
            : own.Length == 0 ? ProofValue.Unlisted
            : ProofValue.None;
        return new Verdict(proof, claim, null);
    }

    private Verdict OfNobody(ReadOnlySpan<int> net, bool hasSignature, string? signer)
    {
        if (signer is not null)
        {
            return new Verdict(ProofValue.Signed, _agentOfSigner.GetValueOrDefault(signer), null);
        }

        return net.Length > 0 ? new Verdict(ProofValue.AddressOnly, _agentOfList[net[0]], _operatorOfList[net[0]])
            : new Verdict(hasSignature ? ProofValue.SignedUnchecked : ProofValue.None, null, null);
    }

    private bool AllComplete(int[] lists, long micros)
    {
        foreach (var list in lists)
        {
            if (!_lists.IsCompleteAt(list, micros))
            {
                return false;
            }
        }

        return true;
    }
}
