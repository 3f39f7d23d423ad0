namespace Cistern.Commands.Aws.Attaching;

/// <summary>The difference that an update makes, as a person reads it: behaviours by their paths, the member's value before and after.</summary>
internal static class DifferenceText
{
    private const string Member = "RealtimeLogConfigArn";

    public static void Write(AttachPlan plan, TextWriter output)
    {
        output.WriteLine($"distribution {plan.Distribution.Id}");
        foreach (var behaviour in plan.Behaviours)
        {
            output.WriteLine($"  {NameOf(behaviour.Path)}");
            foreach (var line in LinesOf(behaviour))
            {
                output.WriteLine($"    {line}");
            }
        }
    }

    /// <summary>The behaviour as a person knows it from the console.</summary>
    public static string NameOf(string path) => path == Distribution.DefaultPath ? "default (*)" : path;

    private static IEnumerable<string> LinesOf(BehaviourChange behaviour) => behaviour.Outcome switch
    {
        WishOutcome.Kept => [$"  {Member}: {behaviour.After ?? "none"}"],
        WishOutcome.Changed => [$"- {Member}: {behaviour.Before ?? "none"}", $"+ {Member}: {behaviour.After ?? "none"}"],
        WishOutcome.Occupied => [$"! {Member}: {behaviour.Before ?? "none"}, and not what was to be replaced"],
        WishOutcome.Missing => ["! there is no such behaviour any more"],
    };
}
